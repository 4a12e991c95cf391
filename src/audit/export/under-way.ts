/** Leaves out of an export what has overtaken events that are still on their way to the store. */
import { readHeads } from "../../../verifier/proof/checkpoint.ts";
import { IN_FLIGHT_MS } from "../../../verifier/verify/finding.ts";

/** An event's place, as the store has it: nothing in it can be relied on. */
interface Place {
  /** 1 where an object writes. */
  readonly in_place?: unknown;
  readonly chain?: unknown;
  readonly seq?: unknown;
  /** ISO 8601 UTC. */
  readonly at?: unknown;
  /** Up to where retention has let the chain go; 0 if it hasn't. */
  readonly anchored?: unknown;
}

/** A checkpoint, and when it was made by what stands beside it. */
interface DatedCheckpoint {
  readonly at?: unknown;
  readonly heads?: unknown;
}

/**
 * Ends each chain of an export before what is still on its way: the queue keeps no order, and an export with an event
 * above one that hasn't arrived would speak of a removal. What was signed had arrived: where that is missing, it was
 * removed, and what is above it is exported. Should a list not be known here, nothing that was signed is left out
 * unnoticed all the same: the lists are in the export, and say how far each chain went.
 *
 * Told of every event, in the order of chains and numbers.
 */
export class EventsUnderWay {
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
  passes({ in_place, chain, seq, at, anchored }: Place): boolean {
    // What is no event is on its way to nowhere.
    if (in_place !== 1 || typeof seq !== "number") return true;
    if (chain !== this.#chain) {
      this.#chain = chain;
      this.#seq = Number(anchored);
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
    if (typeof at !== "string" || at < this.#since) return;
    for (const [chain, seq] of readHeads(String(heads)) ?? []) {
      this.heads.set(chain, Math.max(seq, this.heads.get(chain) ?? 0));
    }
  }
}

/** ISO 8601 UTC. */
function underWaySince(now: number): string {
  return new Date(now - IN_FLIGHT_MS).toISOString();
}
