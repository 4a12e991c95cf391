import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const PROJECT = join(import.meta.dirname, "..");
const WORKERS = join(import.meta.dirname, "workers");

/** What to bundle a Worker of the bench with. */
export interface BundleOptions {
  /** Absolute path of the `wrangler.toml` whose runtime it is for. Without it, the one of the templates. */
  readonly as_in?: string;
  /** Modules to put in place of others: by what an import says, the absolute path of another module. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** The project's own `wrangler.toml`. */
export const SALLYPORT_CONFIG = join(PROJECT, "wrangler.toml");

/** Absolute path of a module next to the bench's Workers. */
export function workerSource(name: string): string {
  return join(WORKERS, `${name}.ts`);
}

/**
 * Bundles `workers/<name>.ts` into `outdir` with wrangler itself, as a deployment does; the same one only once.
 * @returns the absolute path of the bundled module
 * @throws Error with wrangler's own output when the sources don't build
 */
export function bundle(name: string, outdir: string, options: BundleOptions = {}): Promise<string> {
  const { as_in = join(WORKERS, "wrangler.toml"), instead = {} } = options;
  const key = JSON.stringify([name, outdir, options]);
  const made = bundles.get(key) ?? build(name, join(outdir, `${bundles.size}`), as_in, instead);
  bundles.set(key, made);
  return made;
}

const bundles = new Map<string, Promise<string>>();

async function build(
  name: string,
  directory: string,
  config: string,
  instead: Readonly<Record<string, string>>,
): Promise<string> {
  const wrangler = createRequire(import.meta.url).resolve("wrangler/package.json");
  const args = [
    join(dirname(wrangler), "bin/wrangler.js"),
    ...["deploy", workerSource(name), "--dry-run", "--outdir", directory, "--config", config],
    ...Object.entries(instead).flatMap(([from, to]) => ["--alias", `${from}:${to}`]),
  ];
  const env = {
    ...process.env,
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG: "error",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
  };
  await promisify(execFile)(process.execPath, args, { cwd: PROJECT, env });
  const modules = (await readdir(directory)).filter((file) => file.endsWith(".js"));
  if (modules.length !== 1)
    throw new Error(`${name} has modules besides its main one: ${modules.join(", ")}`);
  return join(directory, `${name}.js`);
}
