import type { ColumnType } from "kysely";
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
 * What is there already is left as it is; whether it is the same event is for the caller to compare.
 * @returns the stored hash by {@link placeOf}.
 */
export async function storeRecords(
  db: D1Database,
  records: readonly AuditRecord[],
): Promise<Map<string, string>> {
  const rows = JSON.stringify(records);
  const [, stored] = await db.batch<{ chain: string; seq: number; hash: string }>([
    // Only this conflict: INSERT OR IGNORE would also drop a row that breaks any other constraint.
    db
      .prepare(`${insertRows("audit_events", RECORD_COLUMNS)} ON CONFLICT (chain, seq) DO NOTHING`)
      .bind(rows),
    db
      .prepare(
        `SELECT e.chain, e.seq, e.hash FROM json_each(?1) AS row
         JOIN audit_events AS e
           ON e.chain = json_extract(row.value, '$.chain') AND e.seq = json_extract(row.value, '$.seq')`,
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
