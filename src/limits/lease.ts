/**
 * Spends tokens of a bucket elsewhere from a stock that is refilled in the background, so that most
 * requests cost no hop.
 */
import type { BucketAnswer } from "./token-bucket.ts";

/** How long an answer is waited for before another one is asked for, in milliseconds. */
const PATIENCE_MS = 5_000;
/** How long to leave a bucket alone that can't be reached, in milliseconds. */
const UNREACHABLE_PAUSE_MS = 1_000;

/** A bucket somewhere else. */
export type Ask = (wanted: number) => Promise<BucketAnswer>;

/**
 * Tokens of a bucket that many draw on, held where they are spent: the bucket is asked for some at a time, in
 * the background, so that spending one costs no hop.
 *
 * The first of them are borrowed and paid back with the first grant: who is seldom here doesn't wait. All in
 * all, holders spend what the bucket gave, and at most one lease each beyond it, for as long as the first answer
 * takes. A bucket that can't be reached is taken to give one lease a second: a limit must not become an outage.
 */
export class Lease {
  readonly #size: number;
  readonly #ask: Ask;
  readonly #now: () => number;
  #credit: number;
  #borrowed: number;
  #asking_until = 0;
  #none_before = 0;

  /**
   * @param size how many tokens are asked for at a time, at least 1
   * @param now milliseconds since the epoch
   */
  constructor(size: number, ask: Ask, now: () => number = Date.now) {
    this.#size = size;
    this.#ask = ask;
    this.#now = now;
    this.#credit = size;
    this.#borrowed = size;
  }

  /**
   * Spends one token: 0. Or spends none, and says when to come again, in milliseconds.
   * @param background takes a promise that nobody waits for
   */
  async take(background: (work: Promise<void>) => void): Promise<number> {
    while (this.#credit < 1) {
      const wait_ms = this.#none_before - this.#now();
      if (wait_ms > 0) return wait_ms;
      // Not by waiting for another's question: on Workers that one's request may be gone.
      await this.#draw(1 + this.#borrowed);
    }
    this.#credit -= 1;
    if (this.#isLow()) background(this.#draw(this.#size));
    return 0;
  }

  #isLow(): boolean {
    const now = this.#now();
    const low = this.#borrowed > 0 || this.#credit < this.#size / 2;
    return low && now >= this.#asking_until && now >= this.#none_before;
  }

  async #draw(wanted: number): Promise<void> {
    // For a time only: the answer to a request that was cut off never comes.
    this.#asking_until = this.#now() + PATIENCE_MS;
    let grant: BucketAnswer;
    try {
      grant = await this.#ask(wanted);
    } catch {
      grant = { granted: wanted, retry_after_ms: 0 };
      this.#none_before = this.#now() + UNREACHABLE_PAUSE_MS;
    }
    this.#asking_until = 0;
    this.#credit = Math.max(0, this.#credit + grant.granted - this.#borrowed);
    this.#borrowed = 0;
    if (grant.granted === 0) this.#none_before = this.#now() + Math.max(1, grant.retry_after_ms);
  }
}
