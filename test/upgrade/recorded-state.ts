import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync, gzipSync } from "node:zlib";

/** A page that nobody knows the outcome of: its vendor gives no bound, so a person has to settle it. */
export const LOST_PAGE = { title: "To be kept", urgency: "low", reason: "To be kept" } as const;

/** What `get_operation` said of an operation when it was recorded. */
export interface RecordedOperation {
  readonly operation_id: string;
  readonly tool: string;
  readonly target: string;
  readonly requested_by: string;
  /** ISO 8601 UTC. `null` unless it waits for somebody. */
  readonly expires_at: string | null;
  readonly state: string;
  readonly evidence: string | null;
  readonly result: unknown;
}

/** What lies beside a recorded state: what later versions must still know. */
export interface Recorded {
  readonly disabled_tool: string;
  readonly operations: readonly RecordedOperation[];
}

const FOLDER = join(import.meta.dirname, "states");
/** Nothing in there outlives a restart anyway. */
const PASSING = /^cache\//;

/** Keeps every database under `stateDir`, which nobody has open, in one file, with what was recorded beside it. */
export async function keepState(name: string, stateDir: string, recorded: Recorded): Promise<void> {
  const entries = await readdir(stateDir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !/-(wal|shm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !PASSING.test(relative(stateDir, path)));
  const files: Record<string, string> = {};
  for (const path of paths.sort()) {
    if (path.endsWith(".sqlite")) settle(path);
    files[relative(stateDir, path)] = (await readFile(path)).toString("base64");
  }
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${name}.json.gz`), gzipSync(JSON.stringify(files), { level: 9 }));
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(recorded, null, 2)}\n`);
}

/** The names of all states that were kept. */
export async function keptStates(): Promise<string[]> {
  return (await readdir(FOLDER)).flatMap((file) => /^(.+)\.json\.gz$/.exec(file)?.[1] ?? []).sort();
}

/** Puts a state back under `stateDir`. Returns what was recorded beside it. */
export async function restoreState(name: string, stateDir: string): Promise<Recorded> {
  const packed = gunzipSync(await readFile(join(FOLDER, `${name}.json.gz`))).toString("utf8");
  for (const [path, content] of Object.entries(JSON.parse(packed) as Record<string, string>)) {
    const target = join(stateDir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, Buffer.from(content, "base64"));
  }
  return JSON.parse(await readFile(join(FOLDER, `${name}.json`), "utf8")) as Recorded;
}

/** Moves what is still in the journal beside a database into the database. */
function settle(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
