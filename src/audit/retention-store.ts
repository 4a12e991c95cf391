import type { ChainHead } from "./chain.ts";
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
         WHERE at < ?1 AND chain NOT IN (SELECT value FROM json_each(?2))
         ORDER BY at LIMIT ${OLDEST_EVENTS}
       ) LIMIT ?3`,
    )
    .bind(cutoff, JSON.stringify(kept), limit)
    .all<{ chain: string }>();
  return results.map(({ chain }) => chain);
}

/** What is left of a chain: its oldest events, and whether the store holds all of it without contradiction. */
export interface Remains {
  /** In order, from the first after the anchor. */
  readonly rows: readonly OldRow[];
  /** True if nothing is missing between the first and the last, and no conflict is on record. */
  readonly whole: boolean;
}

/** What is left of a chain after its anchor, and up to the event `through`. */
export async function remainsOf(
  db: D1Database,
  chain: string,
  anchored: ChainHead,
  through: number,
): Promise<Remains> {
  const [rows, state] = await db.batch([
    db
      .prepare(
        `SELECT seq, hash, event FROM audit_events
         WHERE chain = ? AND seq > ? AND seq <= ? ORDER BY seq`,
      )
      .bind(chain, anchored.seq, through),
    db
      .prepare(
        `SELECT COUNT(*) AS events, MAX(seq) AS last,
           EXISTS (SELECT 1 FROM audit_conflicts WHERE chain = ?1) AS contested
         FROM audit_events WHERE chain = ?1 AND seq > ?2`,
      )
      .bind(chain, anchored.seq),
  ]);
  const [found] = (state?.results ?? []) as { events: number; last: number | null; contested: number }[];
  const missing = (found?.last ?? anchored.seq) - anchored.seq - (found?.events ?? 0);
  return { rows: (rows?.results ?? []) as OldRow[], whole: missing === 0 && found?.contested === 0 };
}

/** The last checkpoint older than `cutoff` (ISO 8601 UTC) among those up to `n`, or `null`. */
export async function oldCheckpoint(
  db: D1Database,
  cutoff: string,
  n: number,
): Promise<{ readonly n: number; readonly jws: string } | null> {
  return db
    .prepare("SELECT n, jws FROM audit_checkpoints WHERE at < ? AND n <= ? ORDER BY n DESC LIMIT 1")
    .bind(cutoff, n)
    .first();
}
