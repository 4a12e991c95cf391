/** Works out how many of the oldest checkpoints may be removed. What was tampered with stays as evidence. */
import { eventHash } from "../../../verifier/event/chain-head.ts";
import {
  type Checkpoint,
  checkpointDigest,
  type PresentedCheckpoint,
  readCheckpoint,
  readHeads,
} from "../../../verifier/proof/checkpoint.ts";
import { type PublicKey, verifiedStatement } from "../../../verifier/proof/signature.ts";
import type { Removable } from "./removable.ts";

/**
 * How many of the oldest checkpoints may be removed: what is older than `cutoff` by its own signed statement, comes
 * with the list that was signed, and is what the next one, signed too, builds on. What was tampered with stays.
 * @param anchored the last one that has gone
 * @param presented those after it, in order; the last one is only asked what it builds on. Nothing of them is trusted
 * @param keys whose signatures hold
 * @param cutoff ISO 8601 UTC
 */
export async function removableCheckpoints(
  anchored: number,
  presented: readonly PresentedCheckpoint[],
  keys: readonly PublicKey[],
  cutoff: string,
): Promise<Removable | null> {
  const statements: Checkpoint[] = [];
  let above: string | null = null;
  for (const { n, jws, heads } of presented) {
    const expected = anchored + 1 + statements.length;
    const statement = readCheckpoint(await verifiedStatement(jws, "checkpoint", keys));
    const holds =
      statement?.n === n &&
      n === expected &&
      // Of the one that has gone, the signed word of the one after it is all that is left.
      (above === null || statement.prev === above) &&
      eventHash(heads) === statement.heads &&
      readHeads(heads)?.length === statement.chains;
    if (!holds) return { ok: false, seq: expected };
    statements.push(statement);
    above = checkpointDigest(jws);
  }
  const young = statements.findIndex(({ at }) => at >= cutoff);
  const old = young < 0 ? statements.length - 1 : Math.min(young, statements.length - 1);
  // By the next one's word: a signature can be written in more ways than one, and each has another digest.
  const next = statements[old];
  return old < 1 || next === undefined ? null : { ok: true, head: { seq: anchored + old, hash: next.prev } };
}
