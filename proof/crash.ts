/**
 * `npm run test:crash -- --kills N [--seed S]`: kills a whole instance under load, starts it again, and at the end
 * compares what the vendor did, what clients were told, what the objects hold and what the audit says.
 *
 * Progress is on stderr, the summary as JSON on stdout; exit 1 when a promise was broken. SIGINT and SIGTERM end the
 * kills, not the comparison; the second one ends everything.
 */
import { createWriteStream } from "node:fs";
import { Command } from "commander";
import { killAtRandom, type Tally } from "../test/crash/random-kills.ts";
import { wholeNumber } from "./whole-number.ts";

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly log?: string;
}

const { kills, seed, log } = new Command("test:crash")
  .description(
    "Kills the runtime under load, at random moments and at named ones, and checks what must hold.",
  )
  .option("--kills <n>", "how many", wholeNumber, 100)
  .option("--seed <n>", "where the randomness begins", wholeNumber, Date.now() % 2 ** 31)
  .option("--log <file>", "where to write what the runtime says")
  .parse()
  .opts<Options>();

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

const runtime = log === undefined ? undefined : createWriteStream(log);
console.error(`crash: ${kills} kills, seed ${seed}`);
const summary = await killAtRandom({
  kills,
  seed,
  signal: stop.signal,
  onKill: report,
  log: (line) => runtime?.write(`${line}\n`),
});
runtime?.end();
console.log(JSON.stringify(summary, null, 2));
process.exit(summary.violations.length === 0 ? 0 : 1);

function report({ wrong, ...tally }: Tally): void {
  if (tally.kills % 10 === 0) console.error(`crash: ${JSON.stringify({ ...tally, wrong: wrong.length })}`);
  if (tally.kills === kills) console.error("crash: waiting for everything to come to rest");
}
