/** Lets a duplicate call wait in memory for the operation that another call has under way. */
import type { Operation } from "./machine/operation.ts";
import type { World } from "./ports.ts";

const UNDER_WAY: ReadonlySet<string> = new Set(["claimed", "approved", "executing"]);

/** True while the first caller is still at work on an operation, so that a duplicate does well to wait. */
export function underWay(state: string): boolean {
  return UNDER_WAY.has(state);
}

/** Callers that wait for somebody else's operation. In memory: a wait that is lost is only a shorter wait. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #timer: World["timer"];

  constructor(timer: World["timer"]) {
    this.#timer = timer;
  }

  /** Resolves when the operation is no longer under way, or after `wait_ms`. Never rejects. */
  async settled(id: string, wait_ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const cancel = this.#timer(wait_ms, resolve);
    try {
      await promise;
    } finally {
      cancel();
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    }
  }

  /** Wakes whoever waits for this operation, if it has come to rest. */
  notify(operation: Operation): void {
    if (underWay(operation.state)) return;
    for (const resolve of this.#waiting.get(operation.id) ?? []) resolve();
  }
}
