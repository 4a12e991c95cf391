/** Works out how much of a chain may be removed. What was tampered with stays as evidence. */
import type { ChainHead } from "../../../verifier/event/chain-head.ts";
import { readRecord } from "../../../verifier/event/record.ts";

/** An event at the beginning of what is left of a chain. */
export interface OldRow extends ChainHead {
  /** The RFC 8785 text. What stands beside it may say anything. */
  readonly event: string;
}

/** How much of a chain may go, or why none of it may. `null`: nothing of it is old enough. */
export type Removable =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly seq: number };

/**
 * How much of a chain may be removed: what is older than `cutoff` by its own text and leads, recomputed, from `base`
 * to what was signed. What was tampered with stays, hashes recomputed or not: it is evidence. Pure.
 * @param rows in order, from the first that is left to `signed`
 * @param signed a later event of the chain, as a checkpoint covers it
 * @param cutoff ISO 8601 UTC
 */
export function removable(
  chain: string,
  base: ChainHead,
  rows: readonly OldRow[],
  signed: ChainHead,
  cutoff: string,
): Removable | null {
  let head = base;
  let old = base;
  for (const { seq, hash, event } of rows) {
    const read = readRecord(event);
    const goesOn =
      read.ok &&
      read.record.chain === chain &&
      read.record.seq === seq &&
      seq === head.seq + 1 &&
      read.record.prev === head.hash &&
      read.record.hash === hash;
    if (!goesOn) return { ok: false, seq };
    const next = { seq, hash };
    if (old === head && read.record.at < cutoff) old = next;
    head = next;
  }
  if (head.seq !== signed.seq || head.hash !== signed.hash) return { ok: false, seq: base.seq + 1 };
  return old.seq > base.seq ? { ok: true, head: old } : null;
}
