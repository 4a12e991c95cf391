/** Reports how complete the audit store is, and alerts for each gap and each missing chain. */
import { inPlace } from "../../../verifier/event/place.ts";
import { CHECKPOINT_CHAIN, type Checkpoint } from "../../../verifier/proof/checkpoint.ts";
import type { Env } from "../../bindings.ts";
import { alert } from "../../observe/log.ts";
import { type NewestCheckpoint, newestCheckpoint } from "../proof/signed-checkpoint.ts";
import { acceptedKeys, integrityProblems } from "../sign/integrity-settings.ts";
import { leftOut } from "../store/search.ts";
import { wronglyExcused } from "./excused-gaps.ts";

/** A place where a later event is in the store and earlier ones aren't. */
export interface AuditGap {
  readonly chain: string;
  /** First and last number that is missing. */
  readonly from_seq: number;
  readonly through_seq: number;
  /** When the event above the gap happened. ISO 8601 UTC. */
  readonly since: string;
}

/** A chain that began by the tenant's word, and of which nothing is in the store. */
export interface MissingChain {
  readonly chain: string;
  /** When the tenant's object was told. ISO 8601 UTC. */
  readonly since: string;
}

/** How the store stands, as far as it can tell by itself. */
export interface AuditReport {
  /** ISO 8601 UTC. */
  readonly checked_at: string;
  /** At most {@link MAX_GAPS}, oldest first. */
  readonly gaps: readonly AuditGap[];
  /** At most {@link MAX_GAPS}, oldest first. */
  readonly missing_chains: readonly MissingChain[];
  /** How long the oldest of what is missing has been missing, in milliseconds; `null` where nothing is. */
  readonly oldest_missing_ms: number | null;
  /**
   * The last checkpoint, by its own signed word; `null` before the first, and where too much that nobody signed stands
   * above it. Even an idle instance signs one each hour.
   */
  readonly checkpoint: { readonly n: number; readonly at: string; readonly age_ms: number } | null;
  /** Numbers above the last checkpoint's, in whose place something stands that no accepted key signed. A few at most. */
  readonly unsigned_checkpoints: readonly number[];
  /** The longest that any event of the last quarter of an hour took to arrive, in milliseconds. */
  readonly lag_ms: number | null;
  /** Totals over all time. */
  readonly conflicts: number;
  readonly dead_letters: number;
  /** Rows that stand where no object writes. */
  readonly planted: number;
}

const MAX_GAPS = 100;
/** How far back a gap is looked for, unless somebody says otherwise. */
const DAY_MS = 24 * 3_600_000;
/** The queue doesn't keep order, so a gap that has just opened is no news. */
const GAP_AGE_MS = 60_000;
const LAG_WINDOW_MS = 15 * 60_000;
/** A checkpoint is made once an hour at least. One that is older than this says that signing doesn't work. */
export const CHECKPOINT_OVERDUE_MS = 2 * 3_600_000;

/**
 * Looks for events that the store should hold and doesn't, and alerts for each gap. It sees only gaps below
 * something that arrived: what never arrived of a chain's end, its object reports itself. What a signed anchor covers
 * is no gap.
 * @param look_back_ms how far back, in milliseconds: each event in that time costs a look into the store
 */
export async function reportGaps(env: Env, now = Date.now(), look_back_ms = DAY_MS): Promise<AuditReport> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const { signed, unsigned } = await lastCheckpoint(env);
  const [gaps, chains, totals] = await env.DB.batch([
    env.DB.prepare(
      `SELECT chain, below + 1 AS from_seq, seq - 1 AS through_seq, at AS since FROM (
         SELECT e.chain, e.seq, e.at, COALESCE(
           (SELECT MAX(b.seq) FROM audit_events AS b WHERE b.chain = e.chain AND b.seq < e.seq AND ${inPlace("b")}),
         (SELECT a.seq FROM audit_anchors AS a WHERE a.chain = e.chain), 0) AS below
         FROM audit_events AS e WHERE e.at BETWEEN ?1 AND ?2 AND ${inPlace("e")}
       ) WHERE below < seq - 1 ORDER BY at LIMIT ?3`,
    ).bind(iso(now - look_back_ms), iso(now - GAP_AGE_MS), MAX_GAPS),
    env.DB.prepare(
      `SELECT json_extract(event, '$.detail.chain') AS chain, at AS since FROM audit_events AS begun
       WHERE type = 'chain' AND at BETWEEN ?1 AND ?2
         AND NOT EXISTS (SELECT 1 FROM audit_events AS e
           WHERE e.chain = json_extract(begun.event, '$.detail.chain') AND ${inPlace("e")})
         AND NOT EXISTS (SELECT 1 FROM audit_anchors AS a WHERE a.chain = json_extract(begun.event, '$.detail.chain'))
       ORDER BY at LIMIT ?3`,
    ).bind(iso(now - look_back_ms), iso(now - GAP_AGE_MS), MAX_GAPS),
    env.DB.prepare(
      `SELECT
         (SELECT CAST(MAX(unixepoch(received_at, 'subsec') - unixepoch(at, 'subsec')) * 1000 AS INTEGER)
          FROM audit_events WHERE at >= ?1) AS lag_ms,
         (SELECT COUNT(*) FROM audit_conflicts) AS conflicts,
         (SELECT COUNT(*) FROM audit_dead_letters) AS dead_letters`,
    ).bind(iso(now - LAG_WINDOW_MS)),
  ]);
  const wrongly_excused = await wronglyExcused(env, iso(now - look_back_ms), iso(now - GAP_AGE_MS));
  const found = oldest([...wrongly_excused.gaps, ...((gaps?.results ?? []) as AuditGap[])]);
  for (const gap of found) alert("audit_gap", { ...gap });
  const missing_chains = oldest([
    ...wrongly_excused.missing_chains,
    ...((chains?.results ?? []) as MissingChain[]),
  ]);
  for (const missing of missing_chains) alert("audit_chain_missing", { ...missing });
  const checkpoint = signed === null ? null : ageOf(signed.statement, now);
  if (checkpoint !== null && checkpoint.age_ms > CHECKPOINT_OVERDUE_MS) alert("audit_unattested", checkpoint);
  for (const seq of unsigned) alert("audit_conflict", { chain: CHECKPOINT_CHAIN, seq, seen_by: "report" });
  const planted = await leftOut(env.DB);
  if (planted > 0) alert("audit_planted", { rows: planted });
  const [missing_since] = [...found, ...missing_chains].map(({ since }) => since).sort();
  const [total] = (totals?.results ?? []) as Pick<AuditReport, "lag_ms" | "conflicts" | "dead_letters">[];
  return {
    checked_at: iso(now),
    gaps: found,
    missing_chains,
    oldest_missing_ms: missing_since === undefined ? null : now - Date.parse(missing_since),
    checkpoint,
    unsigned_checkpoints: unsigned,
    lag_ms: total?.lag_ms ?? null,
    conflicts: total?.conflicts ?? 0,
    dead_letters: total?.dead_letters ?? 0,
    planted,
  };
}

function oldest<Missing extends { readonly since: string }>(missing: readonly Missing[]): readonly Missing[] {
  return missing.toSorted((a, b) => (a.since < b.since ? -1 : Number(a.since > b.since))).slice(0, MAX_GAPS);
}

/** Without a key that works, nothing can be said of signatures, and the rest of the report counts all the more. */
async function lastCheckpoint(env: Env): Promise<NewestCheckpoint> {
  if (integrityProblems(env).length > 0) return { signed: null, unsigned: [] };
  return newestCheckpoint(env.DB, await acceptedKeys(env));
}

function ageOf({ n, at }: Checkpoint, now: number) {
  return { n, at, age_ms: now - Date.parse(at) };
}
