/** Counts how often vendors' payloads drifted in the last day, by field. */
import { inPlace } from "../../../verifier/event/place.ts";

const DAY_MS = 24 * 60 * 60_000;

/** How often a vendor's payload lacked, or had in another type, what we rely on. */
export interface Drift {
  readonly source: string;
  /** Path in the vendor's payload; empty for the payload as a whole. */
  readonly field: string;
  readonly count: number;
  /** ISO 8601 UTC. */
  readonly last_at: string;
}

/** The drifts of the last day by vendor and field, the most frequent first. `now` is milliseconds since the epoch. */
export async function drifts(db: D1Database, now: number): Promise<Drift[]> {
  const { results } = await db
    .prepare(
      `SELECT json_extract(d.value, '$.source') AS source, json_extract(d.value, '$.field') AS field,
         COUNT(*) AS count, MAX(e.at) AS last_at
       FROM audit_events AS e, json_each(e.event, '$.detail.drift') AS d
       WHERE e.at >= ?1 AND e.type = 'call' AND ${inPlace("e")} GROUP BY source, field ORDER BY count DESC, source, field`,
    )
    .bind(new Date(now - DAY_MS).toISOString())
    .all<Drift>();
  return results;
}
