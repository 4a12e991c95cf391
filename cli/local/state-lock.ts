/** Keeps two instances off one state. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/** A connection that nothing refers to is closed by the garbage collector, and its lock with it. */
const held: DatabaseSync[] = [];

/**
 * Takes `stateDir` for this process alone, until it ends: two instances over the same objects would each believe
 * that they decide alone. The lock is SQLite's, so the system lets go of it even after a SIGKILL. Blocks for a
 * moment, in case a predecessor is just being ended.
 * @throws Error naming STATE_DIR when another process keeps it.
 */
export function lockState(stateDir: string, patience_ms = 5_000): void {
  mkdirSync(stateDir, { recursive: true });
  const lock = new DatabaseSync(join(stateDir, "lock.sqlite"), { timeout: patience_ms });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(
      `STATE_DIR ${stateDir} is in use by another instance: end it, or choose another STATE_DIR`,
    );
  }
  held.push(lock);
}
