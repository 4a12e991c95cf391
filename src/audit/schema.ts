/** One step of a component's schema: the statements that take it to the next version. */
export type SchemaStep = string;

/**
 * Brings a component's tables in an object's SQLite up to date. Synchronous, so a constructor can call it
 * and no request ever meets an object without its tables. Steps are only ever appended to.
 */
export function applySchema(
  storage: DurableObjectStorage,
  component: string,
  steps: readonly SchemaStep[],
): void {
  const { sql } = storage;
  sql.exec(
    "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)",
  );
  const row = sql
    .exec<{ version: number }>("SELECT version FROM schema_version WHERE component = ?", component)
    .toArray()[0];
  const version = row?.version ?? 0;
  if (version >= steps.length) return;
  storage.transactionSync(() => {
    for (const step of steps.slice(version)) sql.exec(step);
    sql.exec(
      `INSERT INTO schema_version (component, version) VALUES (?, ?)
       ON CONFLICT (component) DO UPDATE SET version = excluded.version`,
      component,
      steps.length,
    );
  });
}
