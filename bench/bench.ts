/**
 * `npm run bench`: what governance costs. Starts every contender in a runtime of its own, asks all of them in turn
 * for several rounds, and prints how they compare.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { prepareField } from "./field.ts";
import { growthTables, measureGrowth } from "./growth/growth.ts";
import { profile } from "./profile-run.ts";
import { publicRatios, type Ratio, ratiosOf } from "./ratios.ts";
import { ratioTable, scoreTable } from "./report.ts";
import { measure, type Scores } from "./rounds.ts";

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly only?: readonly string[];
  readonly state: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly profile?: boolean;
  readonly growth?: boolean;
}

/** Latency and throughput are also told of one client alone, and of a hundred. */
const LEVELS = [1, 100] as const;
const AT_EVERY_LEVEL = /^(template|template_2025|mcpagent_2025|read|read_2025|write|write_2025)$/;
const COMPARED_AT = 20;

const options = new Command("bench")
  .description("What a governed call costs, next to templates that govern nothing.")
  .option("--rounds <n>", "rounds of each comparison", positive, 7)
  .option("--seconds <n>", "seconds of each entrant in each round", positive, 2)
  .option("--only <names>", "compare these only, by the names in the table, separated by commas", (text) =>
    text.split(","),
  )
  .option("--state <directory>", "where the contenders keep what they store", inMemory())
  .option("--profile", "tell where a call's time goes and what it asks of the platform, instead")
  .option("--growth", "tell what grows with use, instead: events, their store, memory of open streams")
  .option("--json", "print JSON")
  .option("--markdown", "print the tables of docs/performance.md")
  .parse()
  .opts<Options>();

const directory = await mkdtemp(join(options.state, "sallyport-bench-"));
try {
  if (options.profile === true) console.log(await profile({ directory }, options.seconds));
  else if (options.growth === true) await printGrowth(options);
  else print(await run(options));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function run({ rounds, seconds, only }: Options): Promise<Scores[]> {
  const quick = only !== undefined;
  progress("starting");
  const crowd = { compared: COMPARED_AT, most: quick ? COMPARED_AT : Math.max(...LEVELS) };
  const field = await prepareField({ directory }, crowd, (name) => only?.includes(name) ?? true);
  try {
    const pasts = field.entrants.filter(({ name }) => name.startsWith("history_"));
    const compared = field.entrants.filter((entrant) => !pasts.includes(entrant));
    const scores = await measure(compared, COMPARED_AT, { rounds, seconds }, progress);
    scores.push(...(await measure(pasts, 1, { rounds, seconds: seconds / 2 }, progress)));
    for (const level of quick ? [] : LEVELS) {
      const there = compared.filter(({ name }) => AT_EVERY_LEVEL.test(name));
      const pace = { rounds: Math.ceil(rounds / 3), seconds };
      scores.push(...(await measure(there, level, pace, progress)));
    }
    return scores;
  } finally {
    progress("ending");
    await field.dispose();
    progress("");
  }
}

async function printGrowth({ rounds, seconds, json }: Options): Promise<void> {
  const growth = await measureGrowth({ directory }, { rounds, seconds }, progress);
  progress("");
  console.log(json === true ? JSON.stringify(growth) : growthTables(growth));
}

function print(scores: readonly Scores[]): void {
  const ratios: Ratio[] = ratiosOf(scores);
  if (options.json === true) {
    const { rounds } = options;
    console.log(JSON.stringify({ ratios: publicRatios(ratios), rounds, spread: ratios, scores }));
    return;
  }
  console.log(`${ratioTable(ratios)}\n\n${scoreTable(scores)}`);
}

/** On the terminal only: what is piped away is the result. */
function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}

/**
 * Where files are kept in memory, if there is such a place. The runtime commits in its one thread, so on a disk all
 * calls together wait for each flush: what is measured then is the disk, and not even one like the platform's.
 */
function inMemory(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("must be a number above 0");
}
