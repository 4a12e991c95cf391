/**
 * A circuit breaker: after several failures in a row a vendor is left alone for a moment, then asked once.
 *
 * Not cockatiel's, for three reasons. Its callers wait for one another's probe, and on Workers a promise of
 * another request may never settle. A probe whose object was evicted would hold its circuit half-open for
 * good; here a probe is leased for a time. And a state change has to ask and to report in two separate,
 * synchronous steps, because nothing may be awaited between its intent and its dispatch.
 */
export type BreakerState = "closed" | "open" | "half_open";

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** How long it stays open, and how long one probe may take, in milliseconds. */
  readonly open_ms: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const DEFAULTS: BreakerOptions = { threshold: 5, open_ms: 10_000, now: Date.now };

export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = "closed";
  #failures = 0;
  /** Until when nobody else is let through: the end of the open time, or of a probe's lease. */
  #closed_to_others_until = 0;

  constructor(options: Partial<BreakerOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Asks to be let through. `null` is yes, and must be followed by {@link report}; after an open time the
   * first who asks is the probe. A number is no, and how long to wait in milliseconds.
   */
  refusal(): number | null {
    if (this.#state === "closed") return null;
    const now = this.#options.now();
    if (now < this.#closed_to_others_until) return this.#closed_to_others_until - now;
    this.#state = "half_open";
    this.#closed_to_others_until = now + this.#options.open_ms;
    return null;
  }

  /** Says how a request ended: `true` if the vendor answered, whatever it answered; `false` if it failed. */
  report(answered: boolean): void {
    if (answered) {
      this.#state = "closed";
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    // A request that was on its way when the circuit opened doesn't make the open time longer.
    const opens =
      this.#state === "half_open" || (this.#state === "closed" && this.#failures >= this.#options.threshold);
    if (!opens) return;
    this.#state = "open";
    this.#closed_to_others_until = this.#options.now() + this.#options.open_ms;
  }
}
