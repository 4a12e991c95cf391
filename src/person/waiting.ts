/** Limits how many of one person's requests may wait for approval at a time. */
import { applySchema } from "../audit/write/schema.ts";
import type { Env } from "../bindings.ts";
import { effectNameOf } from "../toolkit/operation-id.ts";

/** How many requests of one person may wait for somebody's approval: more would hide other people's. */
export const MOST_WAITING = 20;

const SCHEMA = [
  "CREATE TABLE waiting (operation_id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
] as const;

/**
 * One person's requests that wait for approval. The effect objects know how each stands and don't tell: they are
 * asked, but only when there seem to be too many.
 */
export class Waiting {
  readonly #sql: SqlStorage;
  readonly #env: Env;

  constructor(storage: DurableObjectStorage, env: Env) {
    applySchema(storage, "waiting", SCHEMA);
    this.#sql = storage.sql;
    this.#env = env;
  }

  /** Notes that an operation is to wait until then, at most. False, and nothing is noted, if too many do. */
  async admit(operation_id: string, now: number, until: number): Promise<boolean> {
    if (this.#note(operation_id, now, until)) return true;
    await this.#forgetDecided();
    return this.#note(operation_id, now, until);
  }

  #note(operation_id: string, now: number, until: number): boolean {
    this.#sql.exec("DELETE FROM waiting WHERE until <= ?", now);
    const { others } = this.#sql
      .exec<{ others: number }>(
        "SELECT COUNT(*) AS others FROM waiting WHERE operation_id <> ?",
        operation_id,
      )
      .one();
    if (others >= MOST_WAITING) return false;
    this.#sql.exec(
      `INSERT INTO waiting (operation_id, until) VALUES (?1, ?2)
       ON CONFLICT (operation_id) DO UPDATE SET until = ?2`,
      operation_id,
      until,
    );
    return true;
  }

  async #forgetDecided(): Promise<void> {
    const ids = this.#sql.exec<{ operation_id: string }>("SELECT operation_id FROM waiting").toArray();
    await Promise.all(
      ids.map(async ({ operation_id }) => {
        const effect = this.#env.EFFECT.getByName(effectNameOf(operation_id) ?? "");
        const operation = await effect.read(operation_id);
        // What was just claimed is about to wait.
        if (operation?.state === "awaiting_approval" || operation?.state === "claimed") return;
        this.#sql.exec("DELETE FROM waiting WHERE operation_id = ?", operation_id);
      }),
    );
  }
}
