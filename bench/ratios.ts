import { ratio, type Score, type Scores } from "./rounds.ts";
import type { Spread } from "./statistics.ts";

/** One comparison, and what it has to come to. */
interface Comparison {
  readonly over: string;
  readonly under: string;
  readonly value: (score: Score) => number;
  /** What it is a ratio of, for people. */
  readonly what: string;
  readonly target: string;
}

const throughput = (score: Score): number => score.per_second;
/** Time of the server that one call takes while it is kept busy. */
const cost = (score: Score): number => 1 / score.per_second;
const p50 = (score: Score): number => score.p50_ms;

/** The comparisons by their public names. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  read_vs_template: {
    ...{ over: "read", under: "template", value: throughput },
    ...{ what: "throughput of a governed read to the stateless template's", target: "≥ 1.2" },
  },
  read_p50_vs_template: {
    ...{ over: "read", under: "template", value: p50 },
    ...{ what: "median latency of a governed read to the stateless template's", target: "≤ 1.0" },
  },
  read_vs_template_prepared: {
    ...{ over: "read", under: "template_prepared", value: throughput },
    ...{ what: "read_vs_template, of a template that builds its schemas once", target: "" },
  },
  read_vs_mcpagent: {
    ...{ over: "read_2025", under: "mcpagent_2025", value: throughput },
    ...{ what: "throughput of a governed read to `McpAgent`'s, both of the 2025 era", target: "≥ 3" },
  },
  session_vs_mcpagent: {
    ...{ over: "session_2025", under: "mcpagent_session_2025", value: throughput },
    ...{ what: "the same, with a protocol session begun for each call", target: "" },
  },
  write_vs_read: {
    ...{ over: "write", under: "read", value: cost },
    ...{ what: "cost of a governed write to a governed read's, each on a target of its own", target: "≤ 2" },
  },
  write_again_vs_read: {
    ...{ over: "write_again", under: "read", value: cost },
    ...{ what: "the same, on targets that were changed before", target: "" },
  },
  new_object_vs_read: {
    ...{ over: "new_object", under: "read", value: cost },
    ...{ what: "cost of a request that makes an object with one row, and does nothing else", target: "" },
  },
  replay_vs_read: {
    ...{ over: "replay", under: "read", value: cost },
    ...{ what: "cost of a replay to a read's, read-back remembered", target: "≤ 1.0" },
  },
  replay_readback_vs_read: {
    ...{ over: "replay_readback", under: "read", value: cost },
    ...{ what: "cost of a replay to a read's, read back each time", target: "≤ 1.3" },
  },
  history_read_1k_vs_0: {
    ...{ over: "history_read_1k", under: "history_read_0", value: p50 },
    ...{
      what: "median latency of a read after 1,000 events in its session, to one after none",
      target: "≤ 1.1",
    },
  },
  history_replay_1k_vs_0: {
    ...{ over: "history_replay_1k", under: "history_replay_0", value: p50 },
    ...{ what: "the same of a replay, after 1,000 operations on its target", target: "≤ 1.1" },
  },
  history_read_100k_vs_0: {
    ...{ over: "history_read_100k", under: "history_read_0", value: p50 },
    ...{
      what: "median latency of a read after 100,000 events in its session, to one after none",
      target: "≤ 1.1",
    },
  },
  history_replay_100k_vs_0: {
    ...{ over: "history_replay_100k", under: "history_replay_0", value: p50 },
    ...{ what: "the same of a replay, after 100,000 operations on its target", target: "≤ 1.1" },
  },
  catalogue_200_vs_20: {
    ...{ over: "catalogue_200", under: "catalogue_20", value: p50 },
    ...{ what: "median latency of a read with 200 tools to one with 20", target: "≤ 1.1" },
  },
  read_2025_vs_template_2025: {
    ...{ over: "read_2025", under: "template_2025", value: throughput },
    ...{ what: "read_vs_template, both of the 2025 era", target: "" },
  },
  write_2025_vs_read_2025: {
    ...{ over: "write_2025", under: "read_2025", value: cost },
    ...{ what: "write_vs_read, of the 2025 era", target: "" },
  },
  replay_2025_vs_read_2025: {
    ...{ over: "replay_2025", under: "read_2025", value: cost },
    ...{ what: "replay_vs_read, of the 2025 era", target: "" },
  },
  replay_readback_2025_vs_read_2025: {
    ...{ over: "replay_readback_2025", under: "read_2025", value: cost },
    ...{ what: "replay_readback_vs_read, of the 2025 era", target: "" },
  },
};

/** One comparison as measured. */
export interface Ratio extends Spread {
  readonly name: string;
  readonly what: string;
  readonly target: string;
}

/** Every comparison for which both sides were measured. */
export function ratiosOf(scores: readonly Scores[]): Ratio[] {
  const byName = new Map(scores.map((measured) => [measured.name, measured]));
  return Object.entries(COMPARISONS).flatMap(([name, { over, under, value, what, target }]) => {
    const [a, b] = [byName.get(over), byName.get(under)];
    return a === undefined || b === undefined ? [] : [{ name, what, target, ...ratio(a, b, value) }];
  });
}

/** The ratios under their public names. Each history has two, and the worse one counts. */
export function publicRatios(ratios: readonly Ratio[]): Record<string, number> {
  const medians = Object.fromEntries(ratios.map(({ name, median }) => [name, rounded(median)]));
  for (const past of ["1k", "100k"]) {
    const [read, replay] = ["read", "replay"].map((what) => medians[`history_${what}_${past}_vs_0`]);
    if (read !== undefined && replay !== undefined) medians[`history_${past}_vs_0`] = Math.max(read, replay);
  }
  return medians;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
