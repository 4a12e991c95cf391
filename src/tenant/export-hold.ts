/** Makes retention wait while the audit is exported, though never for longer than a day. */
import { applySchema } from "../audit/write/schema.ts";

const SCHEMA = [
  `CREATE TABLE export_hold (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     -- Since when and until when retention waits for exports, in milliseconds; until 0 if none asked since it last ran.
     since INTEGER NOT NULL,
     until INTEGER NOT NULL,
     -- How often it didn't have to.
     runs INTEGER NOT NULL
   );
   INSERT INTO export_hold VALUES (1, 0, 0, 0)`,
] as const;

/** How long retention waits for an export that says nothing more. */
const HOLD_MS = 10 * 60_000;
/** How long it waits for all exports that come one after the other: nobody may put it off for good. */
const LONGEST_MS = 24 * 3_600_000;

interface Hold extends Record<string, SqlStorageValue> {
  since: number;
  until: number;
  runs: number;
}

/** Has retention wait while the audit is exported: what goes in the middle of that would be missing from the export. */
export class ExportHold {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    applySchema(storage, "export_hold", SCHEMA);
    this.#sql = storage.sql;
  }

  /**
   * Has retention wait from `now` on, in milliseconds since the epoch.
   * @returns how often it has run. What was read between two calls that return the same was read with nothing gone.
   */
  take(now: number): number {
    const { since, until, runs } = this.#state();
    // All that ask before it has run are one: or it would wait anew for whoever asks between the end and the next run.
    const begun = until > 0 && since <= now + HOLD_MS ? since : now;
    this.#sql.exec(
      "UPDATE export_hold SET since = ?, until = ?",
      begun,
      Math.min(now + HOLD_MS, begun + LONGEST_MS),
    );
    return runs;
  }

  /** Whether retention may run now. If so, whoever still exports finds out by the count. */
  release(now: number): boolean {
    const { until } = this.#state();
    // Nobody is given so long: the clock has gone back since.
    const plausible = until <= now + 2 * HOLD_MS;
    if (now < until && plausible) return false;
    this.#sql.exec("UPDATE export_hold SET until = 0, runs = runs + 1");
    return true;
  }

  #state(): Hold {
    return this.#sql.exec<Hold>("SELECT since, until, runs FROM export_hold").one();
  }
}
