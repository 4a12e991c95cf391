/**
 * What public sources said lately, in the instance's own store. They limit how often they may be asked, and are away
 * now and then; what they say of one vulnerability changes by the day.
 *
 * A convenience: if the store fails, the sources are asked, and nothing is remembered.
 */

import type { Env } from "../../bindings.ts";
import { log, reasonOf } from "../../observe/log.ts";
import { memorySettings } from "./settings.ts";

/** How many answers are kept. One is a few kilobytes. */
const MOST = 2_000;
/** The catalogue of known exploited vulnerabilities is most of a megabyte; a row of the store holds two. */
const LONGEST_ANSWER = 1_500_000;
/** After this, an answer is no help even if nobody can be asked. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** A change of what is kept of an answer makes another form, and what was kept in the old one is not read. */
const FORM = 1;

/** Something that a source said. */
export interface Remembered<Said> {
  readonly said: Said;
  /** When, in milliseconds since the epoch. */
  readonly asked_at: number;
}

/** What one source said. */
export class Memory {
  readonly #db: D1Database;
  readonly #source: string;
  readonly #fresh_ms: number;

  constructor(env: Env, source: string) {
    this.#db = env.DB;
    this.#source = `${source}/${FORM}`;
    this.#fresh_ms = memorySettings.parse(env).INTELLIGENCE_MEMORY_MS ?? 0;
  }

  /** Whether this instance remembers at all. */
  get isOn(): boolean {
    return this.#fresh_ms > 0;
  }

  /** Whether an answer needn't be asked for again. */
  isFresh({ asked_at }: Pick<Remembered<unknown>, "asked_at">, now: number): boolean {
    return now - asked_at < this.#fresh_ms;
  }

  /** What the source last said of `id`, however long ago; `null` if nothing is remembered. */
  async recall<Said>(id: string): Promise<Remembered<Said> | null> {
    if (!this.isOn) return null;
    const sql = "SELECT asked_at, answer FROM remembered_answers WHERE source = ? AND id = ?";
    return this.#safely(null, async () => {
      const row = await this.#db
        .prepare(sql)
        .bind(this.#source, id)
        .first<{ asked_at: number; answer: string }>();
      return row && { said: JSON.parse(row.answer) as Said, asked_at: row.asked_at };
    });
  }

  /** Keeps what the source said of `id` now, and lets go of what is too old or too much. */
  async keep(id: string, said: unknown, now: number): Promise<void> {
    const answer = JSON.stringify(said);
    if (!this.isOn || answer.length > LONGEST_ANSWER) return;
    await this.#safely(undefined, async () => {
      await this.#db.batch([
        this.#db
          .prepare(
            "INSERT OR REPLACE INTO remembered_answers (source, id, asked_at, answer) VALUES (?, ?, ?, ?)",
          )
          .bind(this.#source, id, now, answer),
        this.#db
          .prepare(
            `DELETE FROM remembered_answers WHERE asked_at < ?1 OR asked_at <=
               (SELECT asked_at FROM remembered_answers ORDER BY asked_at DESC LIMIT 1 OFFSET ?2)`,
          )
          .bind(now - KEPT_MS, MOST),
      ]);
    });
  }

  /** Notes that what is kept of `id` is what the source still says. */
  async confirm(id: string, now: number): Promise<void> {
    const sql = "UPDATE remembered_answers SET asked_at = ? WHERE source = ? AND id = ?";
    await this.#safely(undefined, async () => {
      await this.#db.prepare(sql).bind(now, this.#source, id).run();
    });
  }

  async #safely<Result>(otherwise: Result, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (thrown) {
      log("warn", "memory_failed", { source: this.#source, reason: reasonOf(thrown) });
      return otherwise;
    }
  }
}
