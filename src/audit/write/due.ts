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

/** {@link backoffMs} of a row's next attempt, as SQL. */
const BACKOFF_MS = `MIN(${LAST_RETRY_MS}, ${FIRST_RETRY_MS} << MIN(attempts, 20))`;

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
          `UPDATE due SET at = ?1 + ${BACKOFF_MS}, attempts = attempts + 1, running = 1 WHERE at <= ?1
           RETURNING task, key, attempts`,
          now,
        )
        .toArray();
      this.#arm(ALARM_SPENT);
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
    const armed = this.#sql.exec<{ at: number | null }>("SELECT at FROM due_alarm").toArray()[0]?.at ?? null;
    if (armed !== null && armed <= now - grace_ms) this.#arm(ALARM_SPENT);
  }

  /** Has the alarm be the earliest of all: in one statement, because most changes move it nowhere. */
  #arm(unless: typeof ALARM_SAME | typeof ALARM_SPENT = ALARM_SAME): void {
    const moved = this.#sql
      .exec<{ at: number | null }>(
        `INSERT INTO due_alarm (id, at) SELECT 1, MIN(at) FROM due WHERE TRUE
         ON CONFLICT (id) DO UPDATE SET at = excluded.at ${unless} RETURNING at`,
      )
      .toArray()[0];
    if (moved === undefined) return;
    // Not awaited: the alarm is part of the same write as the rows, and goes with them.
    if (moved.at === null) void this.#storage.deleteAlarm();
    else void this.#storage.setAlarm(moved.at);
  }
}

/** An alarm that is still to come needn't be set for the time that it is set for. */
const ALARM_SAME = "WHERE due_alarm.at IS NOT excluded.at";
/** One that has come, or never will, is set in any case. */
const ALARM_SPENT = "";

function wholeMs(at_ms: number): number {
  // The platform takes an alarm for 0, and never rings it.
  if (Number.isFinite(at_ms) && at_ms > 0) return Math.ceil(at_ms);
  throw new TypeError("a due time must be a number of milliseconds above 0");
}
