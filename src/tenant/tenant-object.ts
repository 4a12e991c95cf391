import { AuditedObject } from "../audit/audited-object.ts";
import { applySchema } from "../audit/schema.ts";
import type { SwitchChange, Switches } from "./protocol.ts";

const SCHEMA = [
  `CREATE TABLE switches (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
   CREATE TABLE switches_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL);
   INSERT INTO switches_version (id, version) VALUES (1, 0);
   CREATE TABLE listeners (session_id TEXT PRIMARY KEY, known_version INTEGER NOT NULL, seen_at INTEGER NOT NULL)
     WITHOUT ROWID`,
] as const;

/** A session object that hasn't asked for this long was evicted long ago, and asks again when it wakes. */
const LISTENER_LIFE_MS = 24 * 60 * 60_000;
/** How soon listeners that couldn't be told are told again. */
const TELL_AGAIN_MS = 1_000;

/**
 * One per tenant: what an administrator has switched off.
 *
 * A read must not pay a hop to ask. So each session object asks once when it wakes, and from then on is told:
 * a change reaches every session that is awake before it is acknowledged.
 */
export class TenantObject extends AuditedObject {
  protected override readonly tasks = {
    tell: () => this.#tell(),
  };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchema(ctx.storage, "tenant", SCHEMA);
  }

  /** What is switched off. */
  async switches(): Promise<Switches> {
    return this.#switches();
  }

  /** The same, and from now on the session object is told of every change. */
  async listen(session_id: string): Promise<Switches> {
    return this.ctx.storage.transactionSync(() => {
      const switches = this.#switches();
      const now = Date.now();
      this.sql.exec(
        `INSERT INTO listeners (session_id, known_version, seen_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (session_id) DO UPDATE SET known_version = ?2, seen_at = ?3`,
        session_id,
        switches.version,
        now,
      );
      this.sql.exec("DELETE FROM listeners WHERE seen_at < ?", now - LISTENER_LIFE_MS);
      return switches;
    });
  }

  /**
   * Switches one tool or credential off or on, for everybody. Every session that is awake knows before this answers.
   * @throws Error when a session object can't be told; the alarm goes on trying
   */
  async switch(change: SwitchChange): Promise<Switches> {
    const switches = this.ctx.storage.transactionSync(() => {
      this.ledger.identify("tenant", this.env.TENANT);
      const { kind, name, disabled, by, reason } = change;
      const sql = disabled
        ? "INSERT INTO switches (kind, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
        : "DELETE FROM switches WHERE kind = ? AND name = ?";
      this.sql.exec(sql, kind, name);
      this.sql.exec("UPDATE switches_version SET version = version + 1");
      this.ledger.append({
        type: "console",
        decision: disabled ? "disable" : "enable",
        outcome: "ok",
        subject: by,
        tool: kind === "tool" ? name : null,
        detail: { kind, name, reason },
      });
      this.due.set("tell", "", Date.now() + TELL_AGAIN_MS);
      return this.#switches();
    });
    await this.#tell();
    return switches;
  }

  /** Tells every listener that doesn't know the latest switches. What it couldn't, the alarm tries again. */
  async #tell(): Promise<void> {
    const switches = this.#switches();
    const behind = this.sql
      .exec<{ session_id: string }>(
        "SELECT session_id FROM listeners WHERE known_version < ?",
        switches.version,
      )
      .toArray();
    const told = await Promise.allSettled(
      behind.map(async ({ session_id }) => {
        await this.env.SESSION.getByName(session_id).switched(switches);
        this.sql.exec(
          "UPDATE listeners SET known_version = ?1 WHERE session_id = ?2 AND known_version < ?1",
          switches.version,
          session_id,
        );
      }),
    );
    const failed = told.filter(({ status }) => status === "rejected").length;
    if (failed > 0) throw new Error(`${failed} sessions could not be told of the switches`);
    // A newer change may have been made meanwhile, and may have somebody left to tell.
    if (this.#switches().version === switches.version) this.due.clear("tell", "");
  }

  #switches(): Switches {
    const { version } = this.sql.exec<{ version: number }>("SELECT version FROM switches_version").one();
    const rows = this.sql
      .exec<{ kind: string; name: string }>("SELECT kind, name FROM switches ORDER BY name")
      .toArray();
    const named = (wanted: string) => rows.filter(({ kind }) => kind === wanted).map(({ name }) => name);
    return { version, disabled_tools: named("tool"), disabled_credentials: named("credential") };
  }
}
