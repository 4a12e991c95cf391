import { type ChainHead, eventHash } from "./chain.ts";
import type { LinkRow } from "./contiguous.ts";

/** An event at the beginning of what is left of a chain. */
export interface OldRow extends LinkRow {
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The RFC 8785 text. */
  readonly event: string;
}

/** How much of a chain may go, or why none of it may. `null`: nothing of it is old enough. */
export type Removable =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly seq: number };

/**
 * How much of a chain may be removed: what is older than `cutoff` and goes on, recomputed, from `base`. What was
 * tampered with stays: it is evidence. Pure.
 * @param rows in order, from the first that is left
 * @param cutoff ISO 8601 UTC
 */
export function removable(base: ChainHead, rows: readonly OldRow[], cutoff: string): Removable | null {
  let head = base;
  for (const { seq, prev, hash, at, event } of rows) {
    if (at >= cutoff) break;
    if (seq !== head.seq + 1 || prev !== head.hash || eventHash(event) !== hash) return { ok: false, seq };
    head = { seq, hash };
  }
  return head.seq > base.seq ? { ok: true, head } : null;
}
