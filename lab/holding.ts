/** Requests that a fault holds back, until it lets go. */
import { setTimeout as sleep } from "node:timers/promises";

/** What faults hold back. It goes on when its time has passed, or when it is let go; or it is dropped. */
export class Holding {
  #dropped = new AbortController();
  #released = new AbortController();

  /** Aborted when what is held by now is dropped. What is held later goes by another signal. */
  get dropped(): AbortSignal {
    return this.#dropped.signal;
  }

  /** Resolves after `ms`, or at once when everything is let go or `dropped` is aborted. Never rejects. */
  async wait(ms: number, dropped: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    const signal = AbortSignal.any([dropped, this.#released.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  /** Lets go of what is held by now, as if its time had passed. */
  release(): void {
    this.#released.abort();
    this.#released = new AbortController();
  }

  /** Drops what is held by now: without effect, and unanswered. */
  drop(): void {
    this.#dropped.abort();
    this.#dropped = new AbortController();
  }
}
