/** Takes a guard out of a copy of the project, and runs its tests. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { type Mutant, mutate } from "./mutant.ts";

const PROJECT = join(import.meta.dirname, "../..");
/** Neither sources nor tests; the copy gets the packages by a link. */
const NOT_COPIED = new Set(["node_modules", ".git", "dist", ".state", "artefacts"]);
const PATIENCE_MS = 300_000;

/** What became of a mutant. */
export interface Outcome {
  readonly name: string;
  /** `broken`: the tests didn't run at all, so nothing is known. */
  readonly outcome: "killed" | "survived" | "broken";
  /** The tests that failed, by name. */
  readonly by: readonly string[];
  readonly explained?: string;
  readonly ms: number;
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** A copy of the project, in which guards are taken out one at a time. The project itself is left alone. */
export class MutantRun {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async begin(): Promise<MutantRun> {
    const directory = await mkdtemp(join(tmpdir(), "sallyport-mutants-"));
    await cp(PROJECT, directory, {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(relative(PROJECT, source).split(sep)[0] ?? ""),
    });
    await symlink(join(PROJECT, "node_modules"), join(directory, "node_modules"));
    return new MutantRun(directory);
  }

  /** Runs a mutant's tests against it. @throws Error when the list is older than the source */
  async try(mutant: Mutant): Promise<Outcome> {
    const began_at = Date.now();
    const path = join(this.#directory, mutant.file);
    const source = await readFile(path, "utf8");
    await writeFile(path, mutate(source, mutant));
    const { name, survives } = mutant;
    try {
      const by = await this.#failures(mutant.tests);
      const outcome = by === null ? "broken" : by.length > 0 ? "killed" : "survived";
      const ms = Date.now() - began_at;
      return { name, outcome, by: by ?? [], ...(survives === undefined ? {} : { explained: survives }), ms };
    } finally {
      await writeFile(path, source);
    }
  }

  end(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true });
  }

  /** The names of the tests that fail, or `null` if none ran. What never ends has failed, too. */
  async #failures(tests: readonly string[]): Promise<string[] | null> {
    const report = join(this.#directory, "mutants.json");
    await rm(report, { force: true });
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const projects = new Set(tests.map((test) => (test.endsWith(".worker.test.ts") ? "worker" : "node")));
    const args = ["run", ...[...projects].flatMap((project) => ["--project", project]), ...tests];
    const reporting = ["--reporter=json", `--outputFile.json=${report}`];
    const child = spawn(process.execPath, [vitest, ...args, ...reporting], {
      cwd: this.#directory,
      stdio: "ignore",
      timeout: PATIENCE_MS,
    });
    const [, signal] = await once(child, "exit");
    if (signal !== null) return [`nothing ended within ${PATIENCE_MS / 1_000} s`];
    const text = await readFile(report, "utf8").catch(() => null);
    if (text === null) return null;
    const results = (JSON.parse(text) as Report).testResults.flatMap((file) => file.assertionResults);
    if (results.length === 0) return null;
    return results.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  }
}
