/** The lab's database. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync as Database, SQLInputValue, StatementSync } from "node:sqlite";

const { DatabaseSync } = loadSqlite();

const schema = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS changes (
    collection TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (collection, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS effects (
    seq INTEGER PRIMARY KEY, vendor TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
    at TEXT NOT NULL, request_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, fired INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS tokens (
    vendor TEXT NOT NULL, hash TEXT NOT NULL, client_id TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (vendor, hash)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS oidc (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT,
    expires_at INTEGER, PRIMARY KEY (model, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id);
  CREATE INDEX IF NOT EXISTS oidc_uid ON oidc (uid);
`;

/**
 * The lab's one database. Everything that the lab acknowledges is in here first: `synchronous = FULL` puts a
 * commit on disk before the statement returns, so neither a SIGKILL nor a power cut loses it.
 *
 * The estate itself is generated from a constant seed; what is stored are the *changes* made to it.
 */
export class Storage {
  readonly #db: Database;
  readonly #statements = new Map<string, StatementSync>();

  constructor(stateDir: string) {
    mkdirSync(stateDir, { recursive: true });
    this.#db = new DatabaseSync(join(stateDir, "lab.sqlite"));
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
    this.#db.exec(schema);
  }

  /** Rows of a query, as plain objects. The caller names the row's type; the schema above is the authority. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** The first row of a query, if there is one. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /**
   * Runs `work` as one transaction: all of it is on disk when this returns, or none of it if it throws.
   * `work` is synchronous on purpose: nothing else can get in between.
   */
  transaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** A remembered value, made with `create` the first time that it is asked for. */
  meta(key: string, create: () => string): string {
    const row = this.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", key);
    if (row) return row.value;
    const value = create();
    this.setMeta(key, value);
    return value;
  }

  /** Remembers a value. */
  setMeta(key: string, value: string): void {
    this.run(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      key,
      value,
    );
  }

  /** What was changed about one thing of the seeded estate, if anything. */
  change<Change>(collection: string, id: string): Change | undefined {
    const row = this.get<{ body: string }>(
      "SELECT body FROM changes WHERE collection = ? AND id = ?",
      collection,
      id,
    );
    return row && (JSON.parse(row.body) as Change);
  }

  /** All changes of a collection, by id. */
  changes<Change>(collection: string): Map<string, Change> {
    const rows = this.all<{ id: string; body: string }>(
      "SELECT id, body FROM changes WHERE collection = ?",
      collection,
    );
    return new Map(rows.map((row) => [row.id, JSON.parse(row.body) as Change]));
  }

  /** Stores a change to one thing of the seeded estate. */
  setChange(collection: string, id: string, change: unknown): void {
    this.run(
      "INSERT INTO changes (collection, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
      collection,
      id,
      JSON.stringify(change),
    );
  }

  /** Closes the database; nothing may be asked of it afterwards. */
  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** node:sqlite announces itself as experimental when it is loaded; in a lab that is only noise on stderr. */
function loadSqlite(): typeof import("node:sqlite") {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
