import { readHeads } from "./checkpoint.ts";
import type { DatedCheckpoint } from "./proof-pages.ts";

/** How long an event may be on its way to the store without anybody having touched it, in milliseconds. */
const UNDER_WAY_MS = 10 * 60_000;

/** An event's place, as the store has it: nothing in it can be relied on. */
interface Place {
  readonly chain: unknown;
  readonly seq: unknown;
  /** ISO 8601 UTC. */
  readonly at: unknown;
  /** Up to where retention has let the chain go; 0 if it hasn't. */
  readonly anchored: number;
}

/**
 * Ends each chain of an export before what is still on its way: the queue keeps no order, and an export with an event
 * above one that hasn't arrived would speak of a removal. What was signed had arrived: where that is missing, it was
 * removed, and what is above it is exported. Should a list not be known here, nothing that was signed is left out
 * unnoticed all the same: the lists are in the export, and say how far each chain went.
 *
 * Told of every event, in the order of chains and numbers.
 */
export class UnderWay {
  readonly #since: string;
  readonly #signed: ReadonlyMap<string, number>;
  #chain: unknown;
  #seq = 0;
  #ended = false;

  /**
   * @param now milliseconds since the epoch
   * @param signed up to where each chain went, by {@link SignedLately}
   */
  constructor(now: number, signed: ReadonlyMap<string, number>) {
    this.#since = underWaySince(now);
    this.#signed = signed;
  }

  /** True for an event of the export. An older gap is no delay: what is above it is exported, and the gap is found. */
  passes({ chain, seq, at, anchored }: Place): boolean {
    if (typeof seq !== "number") return true;
    if (chain !== this.#chain) {
      this.#chain = chain;
      this.#seq = anchored;
      this.#ended = false;
    }
    const recent = typeof at === "string" && at >= this.#since;
    const missing = seq > this.#seq + 1;
    if (recent && missing && seq - 1 > this.#signedOf(chain)) this.#ended = true;
    this.#seq = Math.max(this.#seq, seq);
    return !this.#ended;
  }

  #signedOf(chain: unknown): number {
    return (typeof chain === "string" && this.#signed.get(chain)) || 0;
  }
}

/** Up to where chains went by the checkpoints that are no older than what may be under way. Older ones say nothing of it. */
export class SignedLately {
  readonly heads = new Map<string, number>();
  readonly #since: string;

  /** @param now milliseconds since the epoch */
  constructor(now: number) {
    this.#since = underWaySince(now);
  }

  add({ at, heads }: DatedCheckpoint): void {
    if (at < this.#since) return;
    for (const [chain, seq] of readHeads(heads) ?? []) {
      this.heads.set(chain, Math.max(seq, this.heads.get(chain) ?? 0));
    }
  }
}

/** ISO 8601 UTC. */
function underWaySince(now: number): string {
  return new Date(now - UNDER_WAY_MS).toISOString();
}
