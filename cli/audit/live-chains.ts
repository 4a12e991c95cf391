/** Reads where each chain ends from the objects' own files, whether the instance runs or not. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { LiveHead } from "../../verifier/event/stored-event.ts";
import type { PublicKey } from "../../verifier/proof/signature.ts";
import { IN_FLIGHT_MS } from "../../verifier/verify/finding.ts";

/**
 * The end of every chain, by the word of the object that it belongs to, whether the instance runs or not.
 * Chains that never reached the audit database are among them. Opened for reading only.
 * @throws Error when an object's file can't be read.
 */
export function readLiveHeads(stateDir: string): Map<string, LiveHead> {
  const heads = objectFiles(stateDir).flatMap(readHead);
  return new Map(heads.map((head) => [head.chain, head]));
}

/** What the tenant's object knows of its signatures. */
export interface LiveSigning {
  /** The last checkpoint that the database has taken. */
  readonly n: number;
  /** Its digest; `null` where a later one is on its way. */
  readonly digest: string | null;
  /** When the last one was signed. ISO 8601 UTC. */
  readonly at: string;
  readonly keys: readonly PublicKey[];
}

/**
 * The last checkpoint and the accepted keys, by the word of the tenant's object; `null` if it never signed any.
 * @throws Error when an object's file can't be read.
 */
export function readSigning(stateDir: string): LiveSigning | null {
  for (const file of objectFiles(stateDir)) {
    const [row] = readObject(
      file,
      "checkpoints",
      `SELECT digest, at, keys, n AS signed, COALESCE((SELECT MIN(n) - 1 FROM unstored_checkpoints), n) AS n
       FROM checkpoints`,
    );
    if (row === undefined) continue;
    const n = Number(row.n);
    const digest = n === Number(row.signed) ? String(row.digest) : null;
    const at = new Date(Number(row.at)).toISOString();
    return { n, digest, at, keys: JSON.parse(String(row.keys)) as PublicKey[] };
  }
  return null;
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
  const since = new Date(Date.now() - IN_FLIGHT_MS).toISOString();
  const query = `SELECT chain, seq, hash, (SELECT MIN(seq) FROM audit_outbox) AS pending_from,
    (SELECT MAX(seq) FROM audit_outbox WHERE json_extract(event, '$.at') < ?) AS overdue_through FROM audit_chain`;
  return readObject(file, "audit_chain", query, since) as unknown as LiveHead[];
}

/** Rows of an object's file, if it has the table. */
function readObject(
  file: string,
  table: string,
  query: string,
  ...parameters: SQLInputValue[]
): Record<string, unknown>[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const has = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
    return has === undefined ? [] : database.prepare(query).all(...parameters);
  } catch (error) {
    throw new Error(`the object in ${file} can't be read`, { cause: error });
  } finally {
    database.close();
  }
}
