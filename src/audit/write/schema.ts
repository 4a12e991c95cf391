/** One step of a component's schema: the statements that take it to the next version. */
export type SchemaStep = string;

/** The versions of an object's components, read when the first of them asks: each waking reads them once. */
const versions = new WeakMap<DurableObjectStorage, Map<string, number>>();

/**
 * Brings a component's tables in an object's SQLite up to date. Synchronous, so a constructor can call it
 * and no request ever meets an object without its tables. Steps are only ever appended to.
 * @param whole what all the steps come to, for an object that has none of it yet: most objects are made for one change,
 * and shouldn't go through the history of their tables
 */
export function applySchema(
  storage: DurableObjectStorage,
  component: string,
  steps: readonly SchemaStep[],
  whole?: string,
): void {
  const { sql } = storage;
  const known = versions.get(storage) ?? readVersions(sql);
  versions.set(storage, known);
  const version = known.get(component) ?? 0;
  if (version >= steps.length) return;
  storage.transactionSync(() => {
    if (version === 0 && whole !== undefined) sql.exec(whole);
    else for (const step of steps.slice(version)) sql.exec(step);
    sql.exec(
      `INSERT INTO schema_version (component, version) VALUES (?, ?)
       ON CONFLICT (component) DO UPDATE SET version = excluded.version`,
      component,
      steps.length,
    );
  });
  known.set(component, steps.length);
}

function readVersions(sql: SqlStorage): Map<string, number> {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)",
  );
  const rows = sql.exec<{ component: string; version: number }>(
    "SELECT component, version FROM schema_version",
  );
  return new Map(rows.toArray().map(({ component, version }) => [component, version]));
}
