/** Reads and writes what checkpoints and anchors need of the audit store. */
import { inPlace } from "../../../verifier/event/place.ts";
import type { PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import {
  CHECKPOINT_CHAIN,
  checkpointDigest,
  type PresentedCheckpoint,
} from "../../../verifier/proof/checkpoint.ts";
import type { LinkRow } from "./contiguous.ts";
import { storeConflicts } from "./store.ts";

/** A page of what the store took in: where it ends, and the chains in it. */
export interface Intake {
  /** Where to go on. Grows with every row that the store takes in. */
  readonly position: number;
  readonly rows: number;
  readonly chains: readonly string[];
}

/** What the store took in after `position`, at most `limit` rows of it. */
export async function intakeAfter(db: D1Database, position: number, limit: number): Promise<Intake> {
  const page = db.prepare(
    "SELECT rowid AS position, chain FROM audit_events WHERE rowid > ? ORDER BY rowid LIMIT ?",
  );
  const { results } = await page.bind(position, limit).all<{ position: number; chain: string }>();
  const last = results.at(-1);
  if (last !== undefined) {
    const chains = [...new Set(results.map(({ chain }) => chain))];
    return { position: last.position, rows: results.length, chains };
  }
  // Where the latest rows are gone, SQLite gives their numbers to others: then nothing is beyond them for long.
  const end = await db.prepare("SELECT MAX(rowid) AS end FROM audit_events").first<{ end: number | null }>();
  return { position: (end?.end ?? 0) < position ? 0 : position, rows: 0, chains: [] };
}

/** A link with its chain and what kind of event it is. */
export interface ChainLinkRow extends LinkRow {
  readonly chain: string;
  readonly type: string;
}

/** The links of several chains after a number of each, in order; at most `limit` of each. */
export async function linksAfter(
  db: D1Database,
  heads: readonly { readonly chain: string; readonly seq: number }[],
  limit: number,
): Promise<ChainLinkRow[]> {
  const { results } = await db
    .prepare(
      `SELECT e.chain, e.seq, e.prev, e.hash, e.type FROM json_each(?1) AS head
       JOIN audit_events AS e
         ON e.chain = json_extract(head.value, '$.chain') AND e.seq > json_extract(head.value, '$.seq')
         AND e.seq <= json_extract(head.value, '$.seq') + ?2 AND ${inPlace("e")}
       ORDER BY e.chain, e.seq`,
    )
    .bind(JSON.stringify(heads.map(({ chain, seq }) => ({ chain, seq }))), limit)
    .all<ChainLinkRow>();
  return results;
}

/** A checkpoint as it is kept until the store holds it. */
export interface UnstoredCheckpoint extends PresentedCheckpoint {
  readonly at: string;
}

/**
 * Stores a checkpoint, unless its number is taken.
 * @returns what else the store holds by that number; `null` if it holds this one
 */
export async function storeCheckpoint(
  db: D1Database,
  { n, jws, heads, at }: UnstoredCheckpoint,
): Promise<PresentedCheckpoint | null> {
  const [, stored] = await db.batch<PresentedCheckpoint>([
    db
      .prepare(
        "INSERT INTO audit_checkpoints (n, at, jws, heads) VALUES (?, ?, ?, ?) ON CONFLICT (n) DO NOTHING",
      )
      .bind(n, at, jws, heads),
    // Whoever put another one there may have put anything.
    db
      .prepare(
        "SELECT n, CAST(jws AS TEXT) AS jws, CAST(heads AS TEXT) AS heads FROM audit_checkpoints WHERE n = ?",
      )
      .bind(n),
  ]);
  const found = stored?.results[0];
  return found === undefined || (found.jws === jws && found.heads === heads) ? null : found;
}

/** What was found in a checkpoint's place is kept up to this length: a row holds two megabytes. */
const LONGEST_FOUND = 500_000;

/** Puts a checkpoint in the place of what else was found there, and may have gone since. That goes on record first. */
export async function displaceCheckpoint(
  db: D1Database,
  { n, jws, heads, at }: UnstoredCheckpoint,
  found: PresentedCheckpoint,
): Promise<void> {
  const conflict = {
    chain: CHECKPOINT_CHAIN,
    seq: n,
    stored_hash: checkpointDigest(jws),
    offered_hash: checkpointDigest(found.jws),
    offered_event: JSON.stringify(found).slice(0, LONGEST_FOUND),
    seen_by: "object",
  } as const;
  await storeConflicts(db, [conflict]);
  await db
    .prepare(
      `INSERT INTO audit_checkpoints (n, at, jws, heads) VALUES (?, ?, ?, ?)
       ON CONFLICT (n) DO UPDATE SET at = excluded.at, jws = excluded.jws, heads = excluded.heads`,
    )
    .bind(n, at, jws, heads)
    .run();
}

/** An anchor as it is stored. */
export interface StoredAnchor extends PresentedAnchor {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** Stores anchors. One that isn't higher than the chain's changes nothing. */
export function storeAnchors(db: D1Database, anchors: readonly StoredAnchor[]): Promise<void> {
  return putAnchors(db, anchors, "WHERE excluded.seq > audit_anchors.seq");
}

/** Puts anchors in the place of what else is there. */
export function displaceAnchors(db: D1Database, anchors: readonly StoredAnchor[]): Promise<void> {
  return putAnchors(db, anchors, "");
}

async function putAnchors(db: D1Database, anchors: readonly StoredAnchor[], unless: string): Promise<void> {
  await db
    .prepare(
      `INSERT INTO audit_anchors (chain, seq, hash, at, jws)
       SELECT json_extract(value, '$.chain'), json_extract(value, '$.seq'), json_extract(value, '$.hash'),
         json_extract(value, '$.at'), json_extract(value, '$.jws') FROM json_each(?1) WHERE true
       ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, jws = excluded.jws
       ${unless}`,
    )
    .bind(JSON.stringify(anchors))
    .run();
}

/**
 * Removes what lies at or below these anchors, of those that the store holds exactly so. An anchor that somebody else
 * has put there lets nothing go.
 * @returns the chains whose anchor the store holds
 */
export async function removeAnchored(
  db: D1Database,
  anchors: readonly PresentedAnchor[],
): Promise<Set<string>> {
  // The anchor is looked up where the rows go: without one in the store, nothing goes.
  const held = `WITH held AS (
    SELECT a.chain, a.seq FROM json_each(?1) AS named
    JOIN audit_anchors AS a
      ON a.chain = json_extract(named.value, '$.chain') AND a.seq = json_extract(named.value, '$.seq')
      AND a.hash = json_extract(named.value, '$.hash') AND a.jws = json_extract(named.value, '$.jws'))`;
  const bound = JSON.stringify(anchors.map(({ chain, seq, hash, jws }) => ({ chain, seq, hash, jws })));
  const results = await db.batch<{ chain: string }>([
    db
      .prepare(
        `${held} DELETE FROM audit_events WHERE rowid IN (
           SELECT e.rowid FROM held JOIN audit_events AS e
             ON e.chain = held.chain AND e.seq <= held.seq AND ${inPlace("e")})`,
      )
      .bind(bound),
    db
      .prepare(`${held} DELETE FROM audit_checkpoints WHERE n <= (SELECT seq FROM held WHERE chain = ?2)`)
      .bind(bound, CHECKPOINT_CHAIN),
    db.prepare(`${held} SELECT chain FROM held`).bind(bound),
  ]);
  return new Set(results[2]?.results.map(({ chain }) => chain));
}
