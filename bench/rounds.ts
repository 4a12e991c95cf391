import { setTimeout as delay } from "node:timers/promises";
import { drive } from "./drive.ts";
import type { Entrant } from "./field.ts";
import { quantile, type Spread, spreadOf } from "./statistics.ts";

/** What one entrant came to in one round. */
export interface Score {
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}

/** All rounds of one entrant, in order: the n-th of each ran within the same minute. */
export interface Scores {
  readonly name: string;
  readonly connections: number;
  readonly rounds: readonly Score[];
}

/** How long to measure. */
export interface Pace {
  readonly rounds: number;
  /** Of one entrant in one round. */
  readonly seconds: number;
}

/** Called before each run, to show that something is happening. */
export type Progress = (what: string) => void;

const WARM_UP_S = 0.5;
/** How long new objects send and confirm what they wrote down, in milliseconds. */
const REST_MS = 3_000;

/**
 * Measures every entrant once in each round, each round in another order, so that what slows the machine down for
 * a while slows all of them down alike.
 */
export async function measure(
  entrants: readonly Entrant[],
  connections: number,
  { rounds, seconds }: Pace,
  progress: Progress,
): Promise<Scores[]> {
  const scores = new Map<Entrant, Score[]>(entrants.map((entrant) => [entrant, []]));
  for (const { name, connections: all, load } of entrants) {
    progress(`warming up ${name}`);
    await drive(all.slice(0, connections), load, WARM_UP_S);
  }
  for (let round = 0; round < rounds; round++) {
    for (const entrant of rotated(entrants, round)) {
      progress(`round ${round + 1} of ${rounds}, ${connections} at once: ${entrant.name}`);
      const run = await drive(entrant.connections.slice(0, connections), entrant.load, seconds);
      if (/^(write|new)|session/.test(entrant.name)) await delay(REST_MS);
      scores.get(entrant)?.push({
        per_second: run.per_second,
        p50_ms: quantile(run.latencies_ms, 0.5),
        p95_ms: quantile(run.latencies_ms, 0.95),
        p99_ms: quantile(run.latencies_ms, 0.99),
      });
    }
  }
  return [...scores].map(([{ name }, measured]) => ({ name, connections, rounds: measured }));
}

/**
 * How many times `over` is `under`, by what `value` takes from a round: the ratio within each round, and then the
 * median over rounds, because rounds differ more than what is compared.
 */
export function ratio(over: Scores, under: Scores, value: (score: Score) => number): Spread {
  return spreadOf(
    over.rounds.flatMap((score, round) => {
      const other = under.rounds[round];
      return other === undefined ? [] : [value(score) / value(other)];
    }),
  );
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  // A step that isn't a divisor of the length, so that neighbours change too.
  const start = (by * 5) % Math.max(1, items.length);
  const turned = [...items.slice(start), ...items.slice(0, start)];
  return by % 2 === 0 ? turned : turned.reverse();
}
