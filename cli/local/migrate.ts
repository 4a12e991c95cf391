/** Applies the database's migrations, as wrangler records them. */
import type { D1Database } from "@cloudflare/workers-types";
import type { Migration } from "./worker-config.ts";

/**
 * Applies the migrations that the database doesn't have yet, in order, and records them in the table where
 * `wrangler d1 migrations` looks for them too. Each is one transaction with its record: a process that is ended
 * in between leaves all of a migration or nothing.
 * @returns the names of those applied now.
 */
export async function applyMigrations(
  database: D1Database,
  migrations: readonly Migration[],
): Promise<string[]> {
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         name TEXT UNIQUE,
         applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
       )`,
    )
    .run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(results.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !known.has(name));
  for (const { name, statements } of pending) {
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
  return pending.map(({ name }) => name);
}
