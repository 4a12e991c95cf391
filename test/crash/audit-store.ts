import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { databaseFile } from "../../cli/local/database-file.ts";

const POLL_MS = 5;

/**
 * The audit database, watched from outside while the instance that writes it is killed and started.
 *
 * One connection for all that time: whoever opens a database that a crash has left puts it in order first, and keeps
 * the runtime out meanwhile. For the same reason the objects' own files are left alone.
 */
export class AuditStore {
  readonly #database: DatabaseSync;

  constructor(stateDir: string) {
    this.#database = new DatabaseSync(databaseFile(stateDir), { readOnly: true, timeout: 5_000 });
  }

  /** Whether an event has arrived. */
  holds(event_id: string): boolean {
    return (
      this.#database.prepare("SELECT 1 FROM audit_events WHERE event_id = ?").get(event_id) !== undefined
    );
  }

  /** Resolves as soon as events arrive that weren't there when this was called. @throws AbortError */
  async arrival(signal: AbortSignal): Promise<void> {
    const before = this.#count();
    while (this.#count() === before) await delay(POLL_MS, undefined, { signal });
  }

  close(): void {
    this.#database.close();
  }

  #count(): number {
    return Number(this.#database.prepare("SELECT COUNT(*) AS events FROM audit_events").get()?.events);
  }
}
