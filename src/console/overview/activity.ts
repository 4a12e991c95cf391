/** Counts the calls in each of the last 24 hours, and how they ended. */
import { inPlace } from "../../../verifier/event/place.ts";

/** One hour of calls. */
export interface Hour {
  /** Its beginning, ISO 8601 UTC to the hour: `2026-11-22T10`. */
  readonly hour: string;
  readonly calls: number;
  /** Refused for who asked: role, scope, a switched-off tool. */
  readonly denials: number;
  /** Ended in an error of any other kind. */
  readonly failures: number;
}

/** The last 24 hours, the oldest first, the current one last. */
export interface Activity {
  readonly hours: readonly Hour[];
}

const HOUR_MS = 3_600_000;
const HOURS = 24;

/**
 * How many calls there were in each of the last 24 hours, and how they ended.
 * @param subject only this person's
 */
export async function activityOfDay(db: D1Database, now: number, subject?: string): Promise<Activity> {
  const names = hoursUntil(now);
  const { results } = await db
    .prepare(
      `SELECT substr(at, 1, 13) AS hour, COUNT(*) AS calls,
         COUNT(*) FILTER (WHERE outcome = 'error' AND error_kind = 'permission') AS denials,
         COUNT(*) FILTER (WHERE outcome = 'error' AND error_kind IS NOT 'permission') AS failures
       FROM audit_events WHERE at >= ?1 AND type = 'call' AND ${inPlace()} AND (?2 IS NULL OR subject = ?2)
       GROUP BY hour`,
    )
    .bind(names[0] ?? "", subject ?? null)
    .all<Hour>();
  const counted = new Map(results.map((row) => [row.hour, row]));
  return { hours: names.map((hour) => counted.get(hour) ?? { hour, calls: 0, denials: 0, failures: 0 }) };
}

/** Names of the last 24 hours at `now` (milliseconds since the epoch). Pure. */
export function hoursUntil(now: number): string[] {
  return Array.from({ length: HOURS }, (_, index) =>
    new Date(now - (HOURS - 1 - index) * HOUR_MS).toISOString().slice(0, 13),
  );
}
