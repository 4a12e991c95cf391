/**
 * Spends a credential's request budget from leases that the broker grants, and holds each person to a fair
 * share.
 */
import { waitUntil } from "cloudflare:workers";
import type { Env } from "../bindings.ts";
import { Lease } from "../limits/lease.ts";
import type { Rate } from "../limits/token-bucket.ts";
import type { Failure } from "../toolkit/failure.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { budgetSpent, shareSpent } from "../toolkit/upstream/failures.ts";
import type { SharedGrant } from "./broker-object.ts";
import { budgetOf, keptForChanges, type Purpose } from "./vendor-budget.ts";

/** How often an isolate asks the broker for more: about this many times in a burst of the budget. */
const LEASES_IN_A_BURST = 10;

/** Whose requests they are and what for. */
export interface Spender {
  readonly purpose?: Purpose;
  /** The person's subject; `null` for what the instance asks by itself, which has no share to keep to. */
  readonly person?: string | null;
}

/**
 * What this isolate holds of one part of a budget. Who spent how much of it is told to the broker with each question
 * for more, and its answer says who has had their share: a person is held to it one lease late at most.
 */
class Spending {
  readonly budget: Rate;
  readonly #lease: Lease;
  /** By person, since the broker was last told. */
  #spent = new Map<string, number>();
  /** Until when the broker says that somebody gets nothing. */
  #over_until = new Map<string, number>();

  constructor(budget: Rate, ask: (wanted: number, spent: [string, number][]) => Promise<SharedGrant>) {
    this.budget = budget;
    const size = Math.max(1, Math.floor(budget.burst / LEASES_IN_A_BURST));
    this.#lease = new Lease(size, async (wanted) => {
      const spent = [...this.#spent];
      this.#spent = new Map();
      const { over_share, ...grant } = await ask(wanted, spent);
      const now = Date.now();
      this.#over_until = new Map(Object.entries(over_share).map(([who, wait_ms]) => [who, now + wait_ms]));
      return grant;
    });
  }

  /** For how long this person has had their share, in milliseconds. */
  shareWait(person: string | null): number {
    return person === null ? 0 : Math.max(0, (this.#over_until.get(person) ?? 0) - Date.now());
  }

  /** Spends one request: 0. Or says when to come again, in milliseconds. */
  async take(person: string | null): Promise<number> {
    // The caller is counted, so that nobody who is there before them keeps it all.
    this.#count(person, 0);
    const wait_ms = await this.#lease.take(waitUntil);
    if (wait_ms === 0) this.#count(person, 1);
    return wait_ms;
  }

  #count(person: string | null, requests: number): void {
    if (person !== null) this.#spent.set(person, (this.#spent.get(person) ?? 0) + requests);
  }
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
  credential: Credential,
  { purpose = "anything", person = null }: Spender = {},
): Promise<void> {
  const { name, vendor } = credential;
  let refusal: Failure | undefined;
  for (const part of PARTS[purpose]) {
    const held = spendingOf(env, credential, part);
    if (held === null) continue;
    const share_wait_ms = held.shareWait(person);
    if (share_wait_ms > 0) {
      refusal = shareSpent(vendor, name, held.budget, share_wait_ms);
      continue;
    }
    const wait_ms = await held.take(person);
    if (wait_ms === 0) return;
    refusal = budgetSpent(vendor, name, held.budget, wait_ms);
  }
  if (refusal !== undefined) throw refusal;
}

function spendingOf(env: Env, credential: Credential, purpose: Purpose): Spending | null {
  const { name } = credential;
  const key = `${name} ${purpose}`;
  const known = spending.get(key);
  if (known !== undefined) return known;
  const budget = purpose === "change" ? keptForChanges(env, credential) : budgetOf(env, credential);
  const begun =
    budget === null
      ? null
      : new Spending(budget, (wanted, spent) =>
          // A stub belongs to the request that made it, and this outlives requests.
          env.BROKER.getByName(name).grantRequests(name, wanted, purpose, spent),
        );
  spending.set(key, begun);
  return begun;
}
