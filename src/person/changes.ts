/** How long a change is remembered, in milliseconds. No window may be longer. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/** Counts one person's state changes across all of their sessions and clients. */
export class Changes {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * How many distinct operations the person began within the last `window_ms`, `operation_id` included. A
   * repeat of one that was counted already changes nothing.
   * @throws RangeError for a window longer than a day
   */
  count(operation_id: string, window_ms: number, now: number): number {
    if (window_ms > REMEMBERED_MS) throw new RangeError("changes are counted for a day at most");
    this.#sql.exec("DELETE FROM changes WHERE at <= ?", now - REMEMBERED_MS);
    this.#sql.exec("INSERT OR IGNORE INTO changes (operation_id, at) VALUES (?, ?)", operation_id, now);
    return this.#sql
      .exec<{ changes: number }>(
        "SELECT COUNT(*) AS changes FROM changes WHERE at > ? OR operation_id = ?",
        now - window_ms,
        operation_id,
      )
      .one().changes;
  }
}
