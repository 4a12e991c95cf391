import { waitUntil } from "cloudflare:workers";
import { type CredentialName, credentialOf } from "../connectors/credentials.ts";
import { Lease } from "../limits/lease.ts";
import type { Rate } from "../limits/token-bucket.ts";
import type { Failure } from "../path/failure.ts";
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
 * One for each credential and purpose, in this isolate's memory, and `null` where nothing is kept for a purpose. The
 * budget itself is the broker object's, of which there is one: isolates together don't ask a vendor more often than it
 * says.
 */
const spending = new Map<string, Spending | null>();

/** Whose parts a request may come from, in this order. */
const PARTS: Readonly<Record<Purpose, readonly Purpose[]>> = {
  anything: ["anything"],
  change: ["change", "anything"],
};

/**
 * Spends one request of a credential's budget; to be called before each request to its vendor.
 * @throws Failure `rate_limited`: nothing may be sent yet
 */
export async function spendRequest(
  env: Env,
  name: CredentialName,
  purpose: Purpose = "anything",
): Promise<void> {
  let refusal: Failure | undefined;
  for (const part of PARTS[purpose]) {
    const held = spendingOf(env, name, part);
    if (held === null) continue;
    const wait_ms = await held.lease.take(waitUntil);
    if (wait_ms === 0) return;
    refusal = budgetSpent(credentialOf(name).vendor, name, held.budget, wait_ms);
  }
  if (refusal !== undefined) throw refusal;
}

function spendingOf(env: Env, name: CredentialName, purpose: Purpose): Spending | null {
  const key = `${name} ${purpose}`;
  const known = spending.get(key);
  if (known !== undefined) return known;
  const budget = purpose === "change" ? keptForChanges(env, name) : budgetOf(env, name);
  const begun = budget === null ? null : { budget, lease: leaseOf(env, name, purpose, budget) };
  spending.set(key, begun);
  return begun;
}

function leaseOf(env: Env, name: CredentialName, purpose: Purpose, budget: Rate): Lease {
  const size = Math.max(1, Math.floor(budget.burst / LEASES_IN_A_BURST));
  return new Lease(size, (wanted) => env.BROKER.getByName(name).grantRequests(name, wanted, purpose));
}
