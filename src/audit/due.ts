/** A due task, taken to be run. */
export interface DueTask {
  readonly task: string;
  readonly key: string;
  /** How often it has been started without success, this time included. */
  readonly attempts: number;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;

/** How long to wait after the n-th failure in a row, n from 1: doubling from 1 s to 5 min. */
export function backoffMs(attempts: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20));
}

/**
 * What an object has to do later. An object has one alarm, so everything that waits is a row here and the
 * alarm is the earliest of them, set in the same transaction as the row.
 *
 * The armed time is a row as well, not a field: a transaction that rolls back takes it back too.
 */
export class Due {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /**
   * Has `task` run for `key` at `at_ms` (milliseconds since the epoch), in place of an earlier setting.
   * At least once: a handler that is cut short runs again.
   */
  set(task: string, key: string, at_ms: number): void {
    this.#sql.exec(
      `INSERT INTO due (task, key, at) VALUES (?, ?, ?)
       ON CONFLICT (task, key) DO UPDATE SET at = excluded.at, attempts = 0, running = 0`,
      task,
      key,
      wholeMs(at_ms),
    );
    this.#arm();
  }

  /**
   * Like {@link set}, unless it is already coming: then this returns `false`. A run that has begun doesn't count: it
   * may have read too early.
   */
  soon(task: string, key: string, at_ms: number): boolean {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO due (task, key, at) VALUES (?, ?, ?)
       ON CONFLICT (task, key) DO UPDATE SET at = excluded.at, running = 0 WHERE running = 1`,
      task,
      key,
      wholeMs(at_ms),
    );
    if (rowsWritten === 0) return false;
    this.#arm();
    return true;
  }

  /** Takes a task back. A run that has begun goes on. */
  clear(task: string, key: string): void {
    this.#sql.exec("DELETE FROM due WHERE task = ? AND key = ?", task, key);
    this.#arm();
  }

  /**
   * The tasks due by `now`, each moved to its next retry, and the alarm set: whatever happens to this run,
   * another follows. For the alarm handler, whose own alarm is spent, so it is set even if nothing moved.
   */
  take(now: number): DueTask[] {
    return this.#storage.transactionSync(() => {
      const tasks = this.#sql
        .exec<{ task: string; key: string; attempts: number }>(
          "SELECT task, key, attempts + 1 AS attempts FROM due WHERE at <= ? ORDER BY at, task, key",
          now,
        )
        .toArray();
      for (const { task, key, attempts } of tasks) {
        this.#sql.exec(
          "UPDATE due SET at = ?, attempts = ?, running = 1 WHERE task = ? AND key = ?",
          now + backoffMs(attempts),
          attempts,
          task,
          key,
        );
      }
      this.#sql.exec("DELETE FROM due_alarm");
      this.#arm();
      return tasks;
    });
  }

  /** The run ended well. A setting made during the run stays. */
  finished(task: string, key: string): void {
    const { rowsWritten } = this.#sql.exec(
      "DELETE FROM due WHERE task = ? AND key = ? AND running = 1",
      task,
      key,
    );
    if (rowsWritten === 0)
      this.#sql.exec("UPDATE due SET attempts = 0 WHERE task = ? AND key = ?", task, key);
    this.#arm();
  }

  /** The run failed: it comes again after its back-off, unless the run itself {@link set} another time. */
  failed(task: string, key: string, now: number): void {
    const row = this.#sql
      .exec<{ at: number; attempts: number }>(
        "SELECT at, attempts FROM due WHERE task = ? AND key = ?",
        task,
        key,
      )
      .toArray()[0];
    if (row === undefined || row.attempts === 0) return;
    this.#sql.exec(
      "UPDATE due SET at = ?, running = 0 WHERE task = ? AND key = ?",
      Math.max(row.at, now + backoffMs(row.attempts)),
      task,
      key,
    );
    this.#arm();
  }

  /** Sets the alarm again if its time has long passed: an alarm that the platform gave up on. */
  revive(now: number, grace_ms: number): void {
    const armed = this.#armed();
    if (armed === null || armed > now - grace_ms) return;
    this.#sql.exec("DELETE FROM due_alarm");
    this.#arm();
  }

  #armed(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT at FROM due_alarm").toArray()[0]?.at ?? null;
  }

  #arm(): void {
    const { earliest, armed, known } = this.#sql
      .exec<{ earliest: number | null; armed: number | null; known: number }>(
        `SELECT (SELECT MIN(at) FROM due) AS earliest, (SELECT at FROM due_alarm) AS armed,
                EXISTS (SELECT 1 FROM due_alarm) AS known`,
      )
      .one();
    if (known === 1 && armed === earliest) return;
    this.#sql.exec(
      "INSERT INTO due_alarm (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
      earliest,
    );
    // Not awaited: the alarm is part of the same write as the rows, and goes with them.
    if (earliest === null) void this.#storage.deleteAlarm();
    else void this.#storage.setAlarm(earliest);
  }
}

function wholeMs(at_ms: number): number {
  if (!Number.isFinite(at_ms)) throw new TypeError("a due time must be a finite number of milliseconds");
  return Math.ceil(at_ms);
}
