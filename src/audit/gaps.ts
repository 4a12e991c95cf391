import { alert } from "./alert.ts";

/** A place where a later event is in the store and earlier ones aren't. */
export interface AuditGap {
  readonly chain: string;
  /** First and last number that is missing. */
  readonly from_seq: number;
  readonly through_seq: number;
  /** When the event above the gap happened. ISO 8601 UTC. */
  readonly since: string;
}

/** How the store stands, as far as it can tell by itself. */
export interface AuditReport {
  /** ISO 8601 UTC. */
  readonly checked_at: string;
  /** At most {@link MAX_GAPS}, oldest first. */
  readonly gaps: readonly AuditGap[];
  /** The longest that any event of the last quarter of an hour took to arrive, in milliseconds. */
  readonly lag_ms: number | null;
  /** Totals over all time. */
  readonly conflicts: number;
  readonly dead_letters: number;
}

const MAX_GAPS = 100;
/** How far back a gap is looked for: a scan of everything each minute would cost more than the audit itself. */
const GAP_WINDOW_MS = 24 * 3_600_000;
/** The queue doesn't keep order, so a gap that has just opened is no news. */
const GAP_AGE_MS = 60_000;
const LAG_WINDOW_MS = 15 * 60_000;

/**
 * Looks for events that the store should hold and doesn't, and alerts for each gap. It sees only gaps below
 * something that arrived: what never arrived of a chain's end, its object reports itself.
 */
export async function reportGaps(env: Env, now = Date.now()): Promise<AuditReport> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const [gaps, totals] = await env.DB.batch([
    env.DB.prepare(
      `SELECT chain, below + 1 AS from_seq, seq - 1 AS through_seq, at AS since FROM (
         SELECT e.chain, e.seq, e.at, COALESCE(
           (SELECT MAX(b.seq) FROM audit_events AS b WHERE b.chain = e.chain AND b.seq < e.seq), 0) AS below
         FROM audit_events AS e WHERE e.at BETWEEN ?1 AND ?2
       ) WHERE below < seq - 1 ORDER BY at LIMIT ?3`,
    ).bind(iso(now - GAP_WINDOW_MS), iso(now - GAP_AGE_MS), MAX_GAPS),
    env.DB.prepare(
      `SELECT
         (SELECT CAST(MAX(unixepoch(received_at, 'subsec') - unixepoch(at, 'subsec')) * 1000 AS INTEGER)
          FROM audit_events WHERE at >= ?1) AS lag_ms,
         (SELECT COUNT(*) FROM audit_conflicts) AS conflicts,
         (SELECT COUNT(*) FROM audit_dead_letters) AS dead_letters`,
    ).bind(iso(now - LAG_WINDOW_MS)),
  ]);
  const found = (gaps?.results ?? []) as AuditGap[];
  for (const gap of found) alert("audit_gap", { ...gap });
  const [total] = (totals?.results ?? []) as Pick<AuditReport, "lag_ms" | "conflicts" | "dead_letters">[];
  return {
    checked_at: iso(now),
    gaps: found,
    lag_ms: total?.lag_ms ?? null,
    conflicts: total?.conflicts ?? 0,
    dead_letters: total?.dead_letters ?? 0,
  };
}
