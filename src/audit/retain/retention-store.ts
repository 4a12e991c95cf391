/**
 * Reads what retention looks at in the store: chains with old events, what is left of a chain, old
 * checkpoints.
 */
import type { ChainHead } from "../../../verifier/event/chain-head.ts";
import { inPlace } from "../../../verifier/event/place.ts";
import type { PresentedCheckpoint } from "../../../verifier/proof/checkpoint.ts";
import { MAX_EVENT_BYTES } from "../event/canonical-event.ts";
import type { OldRow } from "./removable.ts";

/** The most events that one run looks at in order to find chains. */
const OLDEST_EVENTS = 2_000;

/** Names of chains with events older than `cutoff` (ISO 8601 UTC), oldest first, without those in `kept`. */
export async function chainsWithOldEvents(
  db: D1Database,
  cutoff: string,
  kept: readonly string[],
  limit: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT chain FROM (
         SELECT chain FROM audit_events
         WHERE at < ?1 AND ${inPlace()} AND chain NOT IN (SELECT value FROM json_each(?2))
         ORDER BY at LIMIT ${OLDEST_EVENTS}
       ) LIMIT ?3`,
    )
    .bind(cutoff, JSON.stringify(kept), limit)
    .all<{ chain: string }>();
  return results.map(({ chain }) => chain);
}

/**
 * What is left of a chain after its anchor, and up to the event `through`, in order. What comes after that isn't looked
 * at: a long chain goes in many runs, and each would read all of it.
 */
export async function remainsOf(
  db: D1Database,
  chain: string,
  anchored: ChainHead,
  through: number,
): Promise<readonly OldRow[]> {
  const { results } = await db
    .prepare(
      // No event of ours is longer, and one that is cut off isn't what was signed.
      `SELECT seq, hash, CAST(SUBSTR(event, 1, ${MAX_EVENT_BYTES + 1}) AS TEXT) AS event FROM audit_events
       WHERE chain = ? AND seq > ? AND seq <= ? AND ${inPlace()} ORDER BY seq`,
    )
    .bind(chain, anchored.seq, through)
    .all<OldRow>();
  return results;
}

/** The most checkpoints that one run looks at: they come with their lists, which may be long. */
const OLDEST_CHECKPOINTS = 20;

/**
 * The first checkpoints after `anchored` and up to `through`, as far as they look older than `cutoff` (ISO 8601 UTC),
 * and the one that follows the last of them. In order.
 */
export async function oldCheckpoints(
  db: D1Database,
  anchored: number,
  through: number,
  cutoff: string,
): Promise<PresentedCheckpoint[]> {
  const { results } = await db
    .prepare(
      `WITH old AS (
         SELECT n FROM audit_checkpoints WHERE n > ? AND n <= ? AND at < ? ORDER BY n LIMIT ${OLDEST_CHECKPOINTS})
       SELECT n, jws, heads FROM audit_checkpoints
       WHERE n IN old OR n = (SELECT MAX(n) + 1 FROM old) ORDER BY n`,
    )
    .bind(anchored, through, cutoff)
    .all<PresentedCheckpoint>();
  return results;
}
