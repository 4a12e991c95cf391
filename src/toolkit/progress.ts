/** How a tool says how far it is, and what of that a client hears. */

/** How far a call is. */
export interface ProgressUpdate {
  readonly progress: number;
  /** What `progress` will be at the end, where that is known. */
  readonly total?: number;
  /** What was done last, for a person. */
  readonly message?: string;
}

/** Tells the client. It must neither throw nor be waited for. */
export type ProgressListener = (update: ProgressUpdate) => void;

/** At most this often a client hears of a call, in milliseconds: whoever reads thousands of pages would flood it. */
const LEAST_PAUSE_MS = 100;

/** What a tool says of its progress, until its call is answered. */
export class Progress {
  readonly #listener: ProgressListener | undefined;
  readonly #clock: () => number;
  #last = { progress: Number.NEGATIVE_INFINITY, at: Number.NEGATIVE_INFINITY };
  #ended = false;

  /** @param clock milliseconds since the epoch */
  constructor(listener: ProgressListener | undefined, clock: () => number) {
    this.#listener = listener;
    this.#clock = clock;
  }

  /**
   * Passes an update on, unless it goes back, comes too soon after the one before, or comes after the answer: the
   * protocol demands that progress rises, and forbids it once a request is answered.
   */
  report(update: ProgressUpdate): void {
    if (this.#ended || this.#listener === undefined) return;
    const at = this.#clock();
    if (update.progress <= this.#last.progress || at < this.#last.at + LEAST_PAUSE_MS) return;
    this.#last = { progress: update.progress, at };
    this.#listener(update);
  }

  /** The call is answered: nothing more is heard of it. */
  end(): void {
    this.#ended = true;
  }
}
