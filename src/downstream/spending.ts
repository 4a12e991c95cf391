import { waitUntil } from "cloudflare:workers";
import { type CredentialName, credentialOf } from "../connectors/credentials.ts";
import { Lease } from "../limits/lease.ts";
import type { Rate } from "../limits/token-bucket.ts";
import { budgetSpent } from "./failures.ts";
import { budgetOf, keptForChanges, type Purpose } from "./vendor-budget.ts";

/** How often an isolate asks the broker for more: about this many times in a burst of the budget. */
const LEASES_IN_A_BURST = 10;

/** What this isolate holds of one part of a budget. */
interface Spending {
  readonly budget: Rate;
  readonly lease: Lease;
}

/**
 * One for each credential and purpose, in this isolate's memory. The budget itself is the broker object's, of which there is
 * one: isolates together don't ask a vendor more often than it says.
 */
const spending = new Map<string, Spending>();

/**
 * Spends one request of a credential's budget; to be called before each request to its vendor.
 * @throws Failure `rate_limited`: nothing may be sent yet
 */
export async function spendRequest(
  env: Env,
  name: CredentialName,
  purpose: Purpose = "anything",
): Promise<void> {
  const kept = purpose === "change" ? keptForChanges(env, name) : null;
  if (kept !== null && (await spendingOf(env, name, purpose, kept).lease.take(waitUntil)) === 0) return;
  const { budget, lease } = spendingOf(env, name, "anything", budgetOf(env, name));
  const wait_ms = await lease.take(waitUntil);
  if (wait_ms > 0) throw budgetSpent(credentialOf(name).vendor, name, budget, wait_ms);
}

function spendingOf(env: Env, name: CredentialName, purpose: Purpose, budget: Rate): Spending {
  const key = `${name} ${purpose}`;
  const known = spending.get(key);
  if (known !== undefined) return known;
  const size = Math.max(1, Math.floor(budget.burst / LEASES_IN_A_BURST));
  const lease = new Lease(size, (wanted) => env.BROKER.getByName(name).grantRequests(name, wanted, purpose));
  const begun = { budget, lease };
  spending.set(key, begun);
  return begun;
}
