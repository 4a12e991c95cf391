/** Audits calls that a limit refused: the first as an event of its own, the others as one count. */
import type { AuditFact } from "../audit/event/event.ts";
import type { Due } from "../audit/write/due.ts";
import type { Ledger } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";
import type { LimitName } from "./refusals.ts";

/** How long refusals by one limit are counted into one event, in milliseconds. */
const WINDOW_MS = 60_000;

/** The due task that writes what was counted; its key is the limit. */
export const REFUSED_CALLS_TASK = "refused_calls";

const SCHEMA = [
  `CREATE TABLE refused_calls (
     refused_by TEXT PRIMARY KEY,
     first_event TEXT NOT NULL,
     who TEXT NOT NULL,
     since INTEGER NOT NULL,
     until INTEGER NOT NULL,
     more INTEGER NOT NULL
   ) WITHOUT ROWID`,
] as const;

interface WindowRow extends Record<string, SqlStorageValue> {
  first_event: string;
  who: string;
  since: number;
  until: number;
  more: number;
}

/** Whose calls they are. */
export type RefusedCaller = Pick<AuditFact, "subject" | "roles" | "session_id" | "client_id">;

/**
 * The audit of calls that a limit refused. The first of a window is an event of its own. The others are counted,
 * and the count is one event at the window's end: else whoever is over a limit could fill the audit all the same.
 * The count is written with each refusal, before its answer leaves, so a crash loses none of it.
 */
export class RefusedCalls {
  readonly #storage: DurableObjectStorage;
  readonly #due: Due;
  readonly #ledger: Ledger;

  constructor(storage: DurableObjectStorage, due: Due, ledger: Ledger) {
    this.#storage = storage;
    this.#due = due;
    this.#ledger = ledger;
    applySchema(storage, "limits", SCHEMA);
  }

  /** Takes note of a refused call. Returns the event's id that accounts for it: the window's first. */
  note(limit: LimitName, fact: AuditFact, who: RefusedCaller): string {
    const now = Date.now();
    return this.#storage.transactionSync(() => {
      const window = this.#window(limit);
      if (window !== undefined) {
        this.#storage.sql.exec(
          "UPDATE refused_calls SET more = more + 1, until = ? WHERE refused_by = ?",
          now,
          limit,
        );
        return window.first_event;
      }
      const first_event = this.#ledger.append({ ...fact, ...who, detail: { ...fact.detail, limit } });
      this.#storage.sql.exec(
        "INSERT INTO refused_calls (refused_by, first_event, who, since, until, more) VALUES (?, ?, ?, ?, ?, 0)",
        limit,
        first_event,
        JSON.stringify(who),
        now,
        now,
      );
      this.#due.set(REFUSED_CALLS_TASK, limit, now + WINDOW_MS);
      return first_event;
    });
  }

  /** Ends a window: one event for all that were counted, and the next refusal is an event of its own again. */
  conclude(limit: string): void {
    this.#storage.transactionSync(() => {
      const window = this.#window(limit);
      if (window === undefined) return;
      this.#storage.sql.exec("DELETE FROM refused_calls WHERE refused_by = ?", limit);
      if (window.more === 0) return;
      const { first_event, more, since, until } = window;
      this.#ledger.append({
        ...(JSON.parse(window.who) as RefusedCaller),
        type: "refused_calls",
        decision: "fail",
        outcome: "error",
        error_kind: "transient",
        error_code: "rate_limited",
        detail: {
          limit,
          first_event,
          more,
          since: new Date(since).toISOString(),
          until: new Date(until).toISOString(),
        },
      });
    });
  }

  #window(limit: string): WindowRow | undefined {
    return this.#storage.sql
      .exec<WindowRow>("SELECT * FROM refused_calls WHERE refused_by = ?", limit)
      .toArray()[0];
  }
}
