/**
 * Lets callers await a condition instead of polling for it: whoever changes something rings, and everybody who
 * waits looks again.
 */
export class Bell {
  readonly #waiting = new Set<() => void>();

  /** Something changed. */
  ring(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when `condition` holds, or after `timeoutMs`, whichever comes first. Never rejects. */
  until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (condition()) finish();
      };
      // Whoever waits keeps a connection open; once that is gone, nobody's patience keeps a lab from ending.
      const timer = setTimeout(finish, timeoutMs).unref();
      this.#waiting.add(look);
    });
  }
}
