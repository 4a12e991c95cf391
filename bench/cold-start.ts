/**
 * `npm run bench:cold-start`: how long a new runtime takes to its first answer, with the Worker and with one that does
 * nothing, and with another build of the Worker where one is given.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { bundleWorker } from "../cli/local/bundle.ts";
import { localEnvironment } from "../cli/local/local-environment.ts";
import { wholeNumber } from "../proof/whole-number.ts";
import { type FirstAnswer, firstAnswer, writeWorker } from "./first-answer.ts";
import { spreadOf } from "./statistics.ts";

const EMPTY = `export default { fetch: () => new Response("empty") };\n`;

const { rounds, against } = new Command("bench:cold-start")
  .description("Measures what the Worker adds to the start of a runtime.")
  .option("--rounds <count>", "how often each is started", wholeNumber, 15)
  .option(
    "--against <script>",
    "another build of the Worker, as wrangler deploy --dry-run --outdir writes it",
  )
  .parse()
  .opts<{ rounds: number; against?: string }>();

const bundle = await bundleWorker();
const runtime = {
  compatibilityDate: bundle.config.options.compatibilityDate ?? "",
  compatibilityFlags: bundle.config.options.compatibilityFlags ?? [],
  variables: {
    ...bundle.config.vars,
    ...localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" }),
  },
};
const directory = await mkdtemp(join(tmpdir(), "sallyport-cold-start-"));
try {
  const contenders = {
    empty: await writeWorker(directory, "empty", { source: EMPTY }, runtime),
    worker: await writeWorker(directory, "worker", { script: bundle.script }, runtime),
    ...(against === undefined
      ? {}
      : { against: await writeWorker(directory, "against", { script: resolve(against) }, runtime) }),
  };
  const names = Object.keys(contenders);
  const measured = new Map<string, FirstAnswer[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // In turns, and each time another one first: what slows the machine down slows all of them down.
    const order = names.map((_, index) => names[(index + round) % names.length] ?? "");
    for (const name of order) {
      measured.get(name)?.push(await firstAnswer(contenders[name as keyof typeof contenders] ?? ""));
    }
  }
  for (const [name, starts] of measured) console.log(summary(name, starts, measured.get("worker") ?? []));
} finally {
  await rm(directory, { recursive: true, force: true });
}

function summary(name: string, starts: readonly FirstAnswer[], worker: readonly FirstAnswer[]): string {
  const ratio = spreadOf(starts.map(({ cpu_ms }, round) => cpu_ms / (worker[round]?.cpu_ms ?? Number.NaN)));
  const cpu = spreadOf(starts.map(({ cpu_ms }) => cpu_ms)).median;
  const elapsed = spreadOf(starts.map(({ elapsed_ms }) => elapsed_ms)).median;
  return [
    `${name.padEnd(8)} ${cpu.toFixed(0)} ms of CPU`,
    `${elapsed.toFixed(0)} ms to the first answer`,
    `${ratio.median.toFixed(2)} of the worker's CPU (half of the rounds ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
  ].join(", ");
}
