import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LiveHead } from "../src/audit/stored-event.ts";

/**
 * The end of every chain, by the word of the object that it belongs to, whether the instance runs or not.
 * Chains that never reached the audit database are among them. Opened for reading only.
 * @throws Error when an object's file can't be read.
 */
export function readLiveHeads(stateDir: string): Map<string, LiveHead> {
  const heads = objectFiles(stateDir).flatMap(readHead);
  return new Map(heads.map((head) => [head.chain, head]));
}

/** One folder for each class, one file for each object; besides them, the runtime's own record of alarms. */
function objectFiles(stateDir: string): string[] {
  const directory = join(stateDir, "do");
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sqlite") && entry.name !== "metadata.sqlite")
    .map((entry) => join(entry.parentPath, entry.name));
}

function readHead(file: string): LiveHead[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const audited = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'audit_chain'").get();
    if (audited === undefined) return [];
    return database
      .prepare(
        "SELECT chain, seq, hash, (SELECT MIN(seq) FROM audit_outbox) AS pending_from FROM audit_chain",
      )
      .all() as unknown as LiveHead[];
  } catch (error) {
    throw new Error(`the object in ${file} can't be read`, { cause: error });
  } finally {
    database.close();
  }
}
