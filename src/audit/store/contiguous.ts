/** Follows a chain's links from a known event, as far as each one builds on the one before. */
import { type ChainHead, GENESIS, isHash } from "../../../verifier/event/chain-head.ts";

/** One event of a chain, as far as its links go. */
export interface LinkRow {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
}

/** How far a chain goes on without a gap, and where it goes on from something else. */
export interface AnchorAdvance {
  readonly head: ChainHead;
  /** The first event that doesn't build on the one before it; `null` if all do. */
  readonly diverged_at: number | null;
}

/**
 * Follows a chain from `head` over rows in order of their numbers. Pure.
 * @param first the hash of the chain's first event by its own object's word
 */
export function advanceAnchor(head: ChainHead, first: string, rows: readonly LinkRow[]): AnchorAdvance {
  let reached = head;
  for (const row of rows) {
    if (row.seq !== reached.seq + 1) break;
    // What is no hash, whoever wrote it, must not be signed: the list that it is on could be read by nobody.
    const builds =
      row.prev === reached.hash && isHash(row.hash) && (row.seq !== GENESIS.seq + 1 || row.hash === first);
    if (!builds) return { head: reached, diverged_at: row.seq };
    reached = { seq: row.seq, hash: row.hash };
  }
  return { head: reached, diverged_at: null };
}
