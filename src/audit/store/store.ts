/** Writes events, conflicts and dead letters to the audit store. It never overwrites an event. */
import type { ColumnType } from "kysely";
import { inPlace } from "../../../verifier/event/place.ts";
import { type AuditRecord, RECORD_COLUMNS } from "../../../verifier/event/record.ts";
import type { Trouble } from "../../../verifier/event/trouble.ts";
import type { PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import { LONGEST_JWS } from "../../../verifier/proof/signature.ts";

/** The audit database, for queries that are built. */
export interface AuditDatabase {
  readonly audit_events: AuditRecord & { readonly received_at: ColumnType<string, never, never> };
}

/** One event that the store already had another one for. */
export interface Conflict {
  readonly chain: string;
  readonly seq: number;
  readonly stored_hash: string;
  readonly offered_hash: string;
  readonly offered_event: string;
  readonly seen_by: "consumer" | "object";
}

/** A conflict without its text, as it is reported. */
export function troubleOf({ offered_event: _event, ...conflict }: Conflict): Trouble {
  return { kind: "conflict", ...conflict };
}

/** One message that couldn't be stored as an event. */
export interface DeadLetter {
  /** The queue's id of the message. */
  readonly id: string;
  readonly queue: string;
  readonly reason: string;
  readonly chain: string | null;
  readonly seq: number | null;
  /** The whole message. */
  readonly body: string;
}

const CONFLICT_COLUMNS = ["chain", "seq", "stored_hash", "offered_hash", "offered_event", "seen_by"] as const;
const DEAD_LETTER_COLUMNS = ["id", "queue", "reason", "chain", "seq", "body"] as const;

/** What the store holds at the places of events that it was given. */
export interface StoredEvents {
  /** The stored hash by {@link placeOf}; `null` where nobody can say it any more, below an anchor. */
  readonly hashes: ReadonlyMap<string, string | null>;
  /** Those at or above an event that wasn't stored for it. Nothing of them is trusted. Nearly always there is none. */
  readonly anchors: readonly PresentedAnchor[];
}

interface StoredRow {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string | null;
  readonly anchored_seq: number | null;
  readonly anchored_hash: string | null;
  readonly jws: string | null;
}

/**
 * Stores events whose places are free and says what is stored at each place now, in one transaction.
 * What is there already is left as it is; whether it is the same event is for the caller to compare. What lies at or
 * below its chain's anchor was here and has gone: a late duplicate doesn't bring it back.
 * @param disregarded chains whose anchors count for nothing
 */
export async function storeRecords(
  db: D1Database,
  records: readonly AuditRecord[],
  disregarded: readonly string[] = [],
): Promise<StoredEvents> {
  const bound = [JSON.stringify(records), JSON.stringify(disregarded)];
  const [, stored] = await db.batch<StoredRow>([
    // Only this conflict: INSERT OR IGNORE would also drop a row that breaks any other constraint.
    db
      .prepare(
        `${insertRows("audit_events", RECORD_COLUMNS)} AND NOT EXISTS (
           SELECT 1 FROM audit_anchors AS a
           WHERE a.chain = json_extract(value, '$.chain') AND a.seq >= json_extract(value, '$.seq')
             AND a.chain NOT IN (SELECT value FROM json_each(?2)))
         ON CONFLICT (chain, seq) DO NOTHING`,
      )
      .bind(...bound),
    db
      .prepare(
        `SELECT json_extract(row.value, '$.chain') AS chain, json_extract(row.value, '$.seq') AS seq, e.hash,
           a.seq AS anchored_seq, a.hash AS anchored_hash, CAST(SUBSTR(a.jws, 1, ${LONGEST_JWS}) AS TEXT) AS jws
         FROM json_each(?1) AS row
         LEFT JOIN audit_events AS e
           ON e.chain = json_extract(row.value, '$.chain') AND e.seq = json_extract(row.value, '$.seq')
         LEFT JOIN audit_anchors AS a
           ON e.seq IS NULL AND a.chain = json_extract(row.value, '$.chain')
           AND a.seq >= json_extract(row.value, '$.seq') AND a.chain NOT IN (SELECT value FROM json_each(?2))
         WHERE e.seq IS NOT NULL OR a.seq IS NOT NULL`,
      )
      .bind(...bound),
  ]);
  const rows = stored?.results ?? [];
  const anchors = new Map(rows.flatMap((row) => anchorOf(row).map((anchor) => [anchor.chain, anchor])));
  return { hashes: new Map(rows.map((row) => [placeOf(row), hashAt(row)])), anchors: [...anchors.values()] };
}

function anchorOf({ chain, anchored_seq: seq, anchored_hash: hash, jws }: StoredRow): PresentedAnchor[] {
  return seq === null || hash === null || jws === null ? [] : [{ chain, seq, hash, jws }];
}

function hashAt({ seq, hash, anchored_seq, anchored_hash }: StoredRow): string | null {
  return hash ?? (anchored_seq === seq ? anchored_hash : null);
}

/** A place in a chain, as a key. */
export function placeOf({ chain, seq }: { readonly chain: string; readonly seq: number }): string {
  return `${chain}#${seq}`;
}

/** Records conflicts. The same one again changes nothing. */
export async function storeConflicts(db: D1Database, conflicts: readonly Conflict[]): Promise<void> {
  await db
    .prepare(`${insertRows("audit_conflicts", CONFLICT_COLUMNS)} ON CONFLICT DO NOTHING`)
    .bind(JSON.stringify(conflicts))
    .run();
}

/** Records messages that couldn't be stored as events. The same message again changes nothing. */
export async function storeDeadLetters(db: D1Database, letters: readonly DeadLetter[]): Promise<void> {
  await db
    .prepare(`${insertRows("audit_dead_letters", DEAD_LETTER_COLUMNS)} ON CONFLICT (id) DO NOTHING`)
    .bind(JSON.stringify(letters))
    .run();
}

/** Up to where a chain's events have gone, as the store has it: nothing of it is trusted. `null` for nowhere. */
export async function presentedAnchor(db: D1Database, chain: string): Promise<PresentedAnchor | null> {
  return db
    .prepare(
      `SELECT chain, seq, hash, CAST(SUBSTR(jws, 1, ${LONGEST_JWS}) AS TEXT) AS jws
       FROM audit_anchors WHERE chain = ?`,
    )
    .bind(chain)
    .first<PresentedAnchor>();
}

/**
 * One chain's places and hashes in the store, after `after` and up to `through`, in order.
 * At most `limit` of them.
 */
export async function storedHashes(
  db: D1Database,
  range: { readonly chain: string; readonly after: number; readonly through: number; readonly limit: number },
): Promise<{ seq: number; hash: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT seq, hash FROM audit_events WHERE chain = ? AND seq > ? AND seq <= ? AND ${inPlace()}
       ORDER BY seq LIMIT ?`,
    )
    .bind(range.chain, range.after, range.through, range.limit)
    .all<{ seq: number; hash: string }>();
  return results;
}

/** Inserts a JSON array of objects, bound as one parameter: D1 allows a hundred parameters in a statement. */
function insertRows(table: string, columns: readonly string[]): string {
  const values = columns.map((column) => `json_extract(value, '$.${column}')`).join(", ");
  return `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values} FROM json_each(?1) WHERE true`;
}
