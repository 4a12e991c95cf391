/** Reads the audit database's file, whether the instance runs or not. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

const LOCK_PATIENCE_MS = 5_000;

/** Runs a query, and hands out its rows one at a time, however many they are. */
export type Rows = (query: string) => Iterable<Record<string, unknown>>;

/**
 * Runs a query on the audit database that an instance keeps in `stateDir`, whether the instance runs or not.
 * Opened for reading only.
 * @throws Error when no instance ever kept its state there, or the query fails.
 */
export function queryDatabase(
  stateDir: string,
  query: string,
  ...parameters: SQLInputValue[]
): Record<string, unknown>[] {
  const database = openDatabase(stateDir);
  try {
    return database.prepare(query).all(...parameters);
  } finally {
    database.close();
  }
}

/**
 * Has `read` see the audit database as it is now, however long it takes and whatever is written meanwhile: an instance
 * that runs isn't kept from writing, but its journal grows until this ends.
 * @throws Error when no instance ever kept its state there, or a query fails.
 */
export async function readAsOfNow<Result>(
  stateDir: string,
  read: (rows: Rows) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase(stateDir);
  try {
    database.exec("BEGIN");
    // A transaction sees what there was when it first read.
    database.prepare("SELECT COUNT(*) FROM sqlite_schema").get();
    return await read((query) => database.prepare(query).iterate());
  } finally {
    database.close();
  }
}

/** The runtime locks its files for moments: while it starts, and while it takes up what a crash has left. */
function openDatabase(stateDir: string): DatabaseSync {
  return new DatabaseSync(databaseFile(stateDir), { readOnly: true, timeout: LOCK_PATIENCE_MS });
}

/** The file is named after a hash; besides it, there is only the runtime's own record of its objects. */
export function databaseFile(stateDir: string): string {
  const directory = join(stateDir, "d1/miniflare-D1DatabaseObject");
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const file = names.find((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  if (file === undefined) throw new Error(`there is no audit database in ${stateDir}`);
  return join(directory, file);
}
