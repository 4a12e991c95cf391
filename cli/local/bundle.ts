/** Bundles the Worker with wrangler, and keeps builds by what went into them. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { BUILDERS, PROJECT } from "./places.ts";
import { readWorkerConfig, type WorkerConfig } from "./worker-config.ts";

/** What `wrangler deploy` would send, and what wrangler.toml says about it. */
export interface Bundle {
  /** Absolute path of the bundled module. */
  readonly script: string;
  /** Absolute path of what the bundler says of it: esbuild's metafile. */
  readonly metafile: string;
  readonly config: WorkerConfig;
}

const BUILDS_KEPT = 5;
const METAFILE = "metafile.json";

/** Everything in a project that decides what its build holds. */
const SOURCES = ["src", "verifier", "migrations", "wrangler.toml", "tsconfig.json", "package-lock.json"];

/**
 * Bundles the Worker as a deployment does, with wrangler itself. A build is kept in `dist` under the hash of what
 * went into it, so the same sources are built once. Several processes may call this at the same time.
 * @param root The project to build, with a `wrangler.toml`.
 * @throws Error with wrangler's own output when the sources don't build.
 */
export async function bundleWorker(root: string = PROJECT): Promise<Bundle> {
  const builds = join(root, "dist");
  for (;;) {
    const hash = await hashInputs(root);
    const directory = join(builds, hash);
    const bundle = await readBundle(directory);
    if (bundle) return bundle;

    await mkdir(builds, { recursive: true });
    const scratch = await mkdtemp(join(builds, "building-"));
    try {
      await build(root, scratch);
      // Somebody saved a file meanwhile: this build would be kept under a hash that isn't its own.
      if ((await hashInputs(root)) !== hash) continue;
      await publish(scratch, directory);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await removeOldBuilds(builds);
  }
}

async function readBundle(directory: string): Promise<Bundle | undefined> {
  const text = await readFile(join(directory, "worker.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const config = JSON.parse(text) as WorkerConfig;
  return { config, script: join(directory, "index.js"), metafile: join(directory, METAFILE) };
}

async function hashInputs(root: string): Promise<string> {
  const hash = createHash("sha256");
  const inputs = [...SOURCES.map((name) => join(root, name)), ...BUILDERS];
  for (const file of (await Promise.all(inputs.map(filesAt))).flat()) {
    const content = await readFile(file);
    hash.update(`${file}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

/** `path` itself, or the files below it in one order on every machine. */
async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  // A deployment in a repository of its own has fewer parts.
  if (found === null) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function build(root: string, directory: string): Promise<void> {
  const [config] = await Promise.all([readWorkerConfig(root), runWrangler(root, directory)]);
  // Only one module is handed to the runtime; any other would silently be missing there.
  const known = ["index.js", "index.js.map", "README.md", METAFILE];
  const extra = (await readdir(directory)).filter((name) => !known.includes(name));
  if (extra.length > 0) throw new Error(`the Worker has modules besides its main one: ${extra.join(", ")}`);
  await writeFile(join(directory, "worker.json"), JSON.stringify(config));
}

async function runWrangler(root: string, outdir: string): Promise<void> {
  const wrangler = createRequire(import.meta.url).resolve("wrangler/package.json");
  const command = join(dirname(wrangler), "bin/wrangler.js");
  const args = [
    ...[command, "deploy", "--dry-run", "--outdir", outdir, "--metafile", join(outdir, METAFILE)],
    ...["--config", join(root, "wrangler.toml")],
  ];
  const env = {
    ...process.env,
    // With its banner, wrangler also asks the registry for a newer version of itself.
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG: "error",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
  };
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    const output = stripVTControlCharacters(stdout + stderr).trim();
    throw new Error(`the Worker doesn't build\n${output}`, { cause: error });
  }
}

/** A rename is atomic: whoever looks sees a whole build or none. An equal build that is already there stays. */
async function publish(scratch: string, directory: string): Promise<void> {
  try {
    await rename(scratch, directory);
  } catch (error) {
    if (!(await readBundle(directory))) throw error;
  }
}

async function removeOldBuilds(directory: string): Promise<void> {
  const builds = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const found = await stat(join(directory, name)).catch(() => undefined);
      return { name, at: found?.mtimeMs ?? 0 };
    }),
  );
  const old = builds.sort((a, b) => b.at - a.at).slice(BUILDS_KEPT);
  await Promise.all(old.map(({ name }) => rm(join(directory, name), { recursive: true, force: true })));
}
