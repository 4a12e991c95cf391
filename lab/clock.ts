/** How the vendors' time goes. */
export interface Course {
  /** Milliseconds. */
  ahead_ms: number;
  /** Whether it stands still. */
  still?: boolean | undefined;
}

/** The vendors' time. A test can move it ahead or stop it instead of waiting; the identity provider goes by the real one. */
export class Clock {
  readonly #now: () => number;
  #ahead_ms = 0;
  #stopped_at: number | null = null;

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Epoch ms. */
  now(): number {
    return (this.#stopped_at ?? this.#now()) + this.#ahead_ms;
  }

  /** How it goes from now on; 0 ahead and not still puts it right. Told again to stand still, it stays where it stood. */
  go({ ahead_ms, still = false }: Course): void {
    this.#ahead_ms = ahead_ms;
    this.#stopped_at = still ? (this.#stopped_at ?? this.#now()) : null;
  }
}
