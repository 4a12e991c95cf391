import type { ColumnType } from "kysely";
import type { ChainHead } from "./chain.ts";
import { type AuditRecord, RECORD_COLUMNS } from "./record.ts";

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

/**
 * Stores events whose places are free and says what is stored at each place now, in one transaction.
 * What is there already is left as it is; whether it is the same event is for the caller to compare. What lies at or
 * below its chain's anchor was here and has gone: a late duplicate doesn't bring it back.
 * @returns the stored hash by {@link placeOf}; `null` where nobody can say it any more, below an anchor.
 */
export async function storeRecords(
  db: D1Database,
  records: readonly AuditRecord[],
): Promise<Map<string, string | null>> {
  const rows = JSON.stringify(records);
  const [, stored] = await db.batch<{ chain: string; seq: number; hash: string | null }>([
    // Only this conflict: INSERT OR IGNORE would also drop a row that breaks any other constraint.
    db
      .prepare(
        `${insertRows("audit_events", RECORD_COLUMNS)} AND NOT EXISTS (
           SELECT 1 FROM audit_anchors AS a
           WHERE a.chain = json_extract(value, '$.chain') AND a.seq >= json_extract(value, '$.seq'))
         ON CONFLICT (chain, seq) DO NOTHING`,
      )
      .bind(rows),
    db
      .prepare(
        `SELECT json_extract(row.value, '$.chain') AS chain, json_extract(row.value, '$.seq') AS seq,
           COALESCE(e.hash, CASE WHEN a.seq = json_extract(row.value, '$.seq') THEN a.hash END) AS hash
         FROM json_each(?1) AS row
         LEFT JOIN audit_events AS e
           ON e.chain = json_extract(row.value, '$.chain') AND e.seq = json_extract(row.value, '$.seq')
         LEFT JOIN audit_anchors AS a
           ON a.chain = json_extract(row.value, '$.chain') AND a.seq >= json_extract(row.value, '$.seq')
         WHERE e.seq IS NOT NULL OR a.seq IS NOT NULL`,
      )
      .bind(rows),
  ]);
  return new Map((stored?.results ?? []).map((row) => [placeOf(row), row.hash]));
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

/** Up to where a chain's events were stored and have gone, by its anchor; `null` where nothing has gone. */
export async function anchoredHead(db: D1Database, chain: string): Promise<ChainHead | null> {
  return db.prepare("SELECT seq, hash FROM audit_anchors WHERE chain = ?").bind(chain).first<ChainHead>();
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
      "SELECT seq, hash FROM audit_events WHERE chain = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
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
