/** The vendors' time. A test can move it ahead instead of waiting; the identity provider goes by the real one. */
export class Clock {
  readonly #now: () => number;
  #ahead_ms = 0;

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Epoch ms. */
  now(): number {
    return this.#now() + this.#ahead_ms;
  }

  /** How far it goes ahead from now on, in milliseconds; 0 puts it right. */
  goAhead(ahead_ms: number): void {
    this.#ahead_ms = ahead_ms;
  }
}
