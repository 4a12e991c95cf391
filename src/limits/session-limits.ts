/** Limits how often one session may ask, and how many of its calls run at once. */
import type { Failure } from "../toolkit/failure.ts";
import { type Ask, Lease } from "./lease.ts";
import { type LimitName, overLimit } from "./refusals.ts";
import type { CallLimits } from "./settings.ts";
import { TokenBucket } from "./token-bucket.ts";

/** How often a session asks its person's object for more: about this many times in a burst of the person's. */
const LEASES_IN_A_BURST = 10;

/** A request that was refused, and by which limit. */
export interface LimitRefusal {
  readonly limit: LimitName;
  readonly failure: Failure;
}

/**
 * What one session may do. In the session object's memory: see {@link rate} for why that forgets nothing that
 * matters.
 */
export class SessionLimits {
  readonly #limits: CallLimits;
  readonly #bucket: TokenBucket;
  readonly #person: Lease;
  readonly #background: (work: Promise<void>) => void;
  #in_flight = 0;

  /**
   * @param person asks the person's object for tokens
   * @param background takes a promise that nobody waits for
   */
  constructor(limits: CallLimits, person: Ask, background: (work: Promise<void>) => void) {
    this.#limits = limits;
    this.#bucket = new TokenBucket(limits.session, Date.now());
    this.#person = new Lease(Math.max(1, Math.floor(limits.person.burst / LEASES_IN_A_BURST)), person);
    this.#background = background;
  }

  /** Lets a request that costs so many tokens in, or says why not. */
  async admit(charge: number): Promise<LimitRefusal | null> {
    for (let paid = 0; paid < charge; paid += 1) {
      const refused = await this.#pay();
      if (refused !== null) return refused;
    }
    return null;
  }

  /** Does a call's work, which is told if the call was refused. */
  async during<Result>(work: (refused: LimitRefusal | null) => Promise<Result>): Promise<Result> {
    if (this.#in_flight >= this.#limits.in_flight) return work(this.#refused("in_flight", 0));
    // Before anything is waited for: calls that come at once must meet the count.
    this.#in_flight += 1;
    try {
      return await work(await this.#pay());
    } finally {
      this.#in_flight -= 1;
    }
  }

  async #pay(): Promise<LimitRefusal | null> {
    const session_ms = this.#bucket.take(Date.now());
    if (session_ms > 0) return this.#refused("session", session_ms);
    const person_ms = await this.#person.take(this.#background);
    return person_ms > 0 ? this.#refused("person", person_ms) : null;
  }

  #refused(limit: LimitName, wait_ms: number): LimitRefusal {
    return { limit, failure: overLimit(limit, this.#limits, wait_ms) };
  }
}
