/** A runtime by itself, from its start to its first answer: workerd and one Worker, and nothing of Miniflare's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** What a Worker runs in. */
export interface Runtime {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What a start took. */
export interface FirstAnswer {
  readonly elapsed_ms: number;
  /** Of all threads of the process, as Linux counts it. */
  readonly cpu_ms: number;
}

/** Path of the binary. workerd is Miniflare's dependency: this is the one that everything else here runs in. */
const { default: WORKERD } = createRequire(createRequire(import.meta.url).resolve("miniflare"))(
  "workerd",
) as {
  default: string;
};

/**
 * Writes a Worker down as workerd takes it, without objects and databases: its first answer needs none.
 * @returns the absolute path of the configuration
 */
export async function writeWorker(
  directory: string,
  name: string,
  code: { readonly source: string } | { readonly script: string },
  { compatibilityDate, compatibilityFlags, variables }: Runtime,
): Promise<string> {
  const module = join(directory, `${name}.js`);
  await ("source" in code ? writeFile(module, code.source) : copyFile(code.script, module));
  const bindings = Object.entries(variables).map(
    ([key, value]) => `(name = ${JSON.stringify(key)}, text = ${JSON.stringify(value)})`,
  );
  const config = join(directory, `${name}.capnp`);
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "${name}.js")],
  compatibilityDate = ${JSON.stringify(compatibilityDate)},
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
  bindings = [${bindings.join(", ")}],
);
`,
  );
  return config;
}

/** Starts workerd, asks once, and ends it. @throws Error when it ends by itself, answers with a fault, or isn't on Linux */
export async function firstAnswer(config: string): Promise<FirstAnswer> {
  const began = performance.now();
  const runtime = spawn(WORKERD, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  try {
    const port = await listening(runtime.stdio[3] as Readable);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    await answer.text();
    const elapsed_ms = performance.now() - began;
    if (answer.status === 500) throw new Error(`${config} doesn't answer: 500`);
    return { elapsed_ms, cpu_ms: await cpuOf(runtime.pid ?? 0) };
  } finally {
    runtime.kill("SIGKILL");
    if (runtime.exitCode === null) await once(runtime, "exit");
  }
}

/** The port that the runtime says it listens on. */
async function listening(control: Readable): Promise<string> {
  let said = "";
  for await (const part of control) {
    said += part;
    const port = /"port":(\d+)/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error("the runtime ended before it listened");
}

/** Milliseconds of CPU of all threads so far. https://docs.kernel.org/scheduler/sched-stats.html */
async function cpuOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")),
  );
  return stats.reduce((sum, stat) => sum + Number(stat.split(" ")[0]) / 1e6, 0);
}
