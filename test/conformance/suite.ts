import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** What the official suite's command said, and how it ended. */
export interface SuiteRun {
  readonly output: string;
  readonly exit_code: number | null;
}

/** The longest that a run may take, in milliseconds: one that waits for a person waits for five minutes. */
const PATIENCE_MS = 150_000;

/** Runs `conformance …`. `heard` gets each piece of output as it comes. */
export function conformance(
  args: readonly string[],
  heard: (piece: string) => void = () => undefined,
): Promise<SuiteRun> {
  const command = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += stripVTControlCharacters(piece);
        heard(piece);
      });
    }
    child.on("error", reject);
    child.on("close", (exit_code) => resolve({ output, exit_code }));
  });
}

/** What a run says of each scenario that counts. */
export interface Score {
  /** `passed/required` */
  readonly score: string;
  readonly failed: readonly string[];
}

/** Reads the summary that a run ends with. What the suite itself calls "not scored" doesn't count. */
export function scoreOf({ output }: SuiteRun): Score {
  const [, summary = ""] = output.split("=== SUMMARY ===");
  const [scenarios = "", notScored = ""] = summary.split("Not scored for ");
  const uncounted = new Set([...notScored.matchAll(/^ +[✓✗] (\S+) \(/gm)].map(([, name]) => name));
  const counted = [...scenarios.matchAll(/^([✓✗]) (\S+): (\d+) passed/gm)]
    // A scenario that skipped all of its checks has a tick, too.
    .map(([, mark, name = "", checks]) => ({ name, passed: mark === "✓" && checks !== "0" }))
    .filter(({ name }) => !uncounted.has(name));
  const names = (passed: boolean) => counted.filter((each) => each.passed === passed).map(({ name }) => name);
  return { score: `${names(true).length}/${counted.length}`, failed: names(false) };
}
