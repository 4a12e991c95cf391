/** Reads wrangler.toml through wrangler itself. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { V4WorkerOptions } from "miniflare";

/** One migration of the audit database, split into statements. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** What wrangler.toml says about the Worker, as plain JSON. */
export interface WorkerConfig {
  readonly name: string;
  /** Bindings, queues, objects, date and flags, as Miniflare takes them. No variables. */
  readonly options: V4WorkerOptions;
  /** `[vars]` */
  readonly vars: Readonly<Record<string, string>>;
  /** The names that `[secrets]` requires. */
  readonly secrets: readonly string[];
  readonly crons: readonly string[];
  /** Binding of the database that the migrations are for. */
  readonly database: string;
  readonly migrations: readonly Migration[];
}

/**
 * Reads `wrangler.toml` in `root` through wrangler itself, so that a local instance declares nothing a second
 * time. Takes a second: wrangler is large.
 * @throws Error when the file isn't valid, or declares no D1 database.
 */
export async function readWorkerConfig(root: string): Promise<WorkerConfig> {
  const path = join(root, "wrangler.toml");
  const { config, options, splitSqlQuery } = await silently(async () => {
    const wrangler = await import("wrangler");
    const { workerOptions } = wrangler.unstable_getMiniflareWorkerOptions(path);
    const config = wrangler.unstable_readConfig({ config: path });
    return { config, options: workerOptions, splitSqlQuery: wrangler.unstable_splitSqlQuery };
  });
  // Module rules belong to bundling. The bindings hold whatever secrets wrangler found in this process's
  // environment: what is kept on disk must not.
  const { modulesRules: _rules, bindings: _bindings, rootPath: _rootPath, ...kept } = options;
  const [database] = config.d1_databases;
  if (!database) throw new Error("wrangler.toml declares no D1 database");
  return {
    name: config.name ?? "worker",
    options: kept as V4WorkerOptions,
    vars: config.vars as Record<string, string>,
    secrets: config.secrets?.required ?? [],
    crons: config.triggers.crons ?? [],
    database: database.binding,
    migrations: await readMigrations(join(root, database.migrations_dir ?? "migrations"), splitSqlQuery),
  };
}

async function readMigrations(directory: string, split: (sql: string) => string[]): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => ({ name, statements: split(await readFile(join(directory, name), "utf8")) })),
  );
}

/** wrangler reports on stdout what it reads, and stdout belongs to whoever called. */
async function silently<Result>(work: () => Promise<Result>): Promise<Result> {
  const level = process.env.WRANGLER_LOG;
  process.env.WRANGLER_LOG = "none";
  try {
    return await work();
  } finally {
    if (level === undefined) delete process.env.WRANGLER_LOG;
    else process.env.WRANGLER_LOG = level;
  }
}
