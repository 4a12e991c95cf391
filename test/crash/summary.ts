import { type Evidence, operationsOf } from "./evidence.ts";
import type { Promised, Violation } from "./invariants.ts";
import type { Tally } from "./random-kills.ts";

/** What came of a run. */
export interface Summary extends Omit<Tally, "wrong"> {
  readonly seed: number;
  /** Answers that said no more than that a limit was reached. */
  readonly limited: number;
  /** Operations by how they ended: state and evidence. */
  readonly operations: Readonly<Record<string, number>>;
  /** Operations whose outcome was in doubt at some time. */
  readonly in_doubt: number;
  /** Operations that were sent once more, after it was proven that nothing had come of them. */
  readonly sent_again: number;
  /** Events in the audit database, and how many chains they make. */
  readonly audit_events: number;
  readonly chains: number;
  /** How many violations there are of each promise. */
  readonly violated: Readonly<Record<Promised, number>>;
  /** What they are. */
  readonly violations: readonly string[];
}

const NONE: Readonly<Record<Promised, number>> = {
  double_effects: 0,
  unaudited_answers: 0,
  broken_answers: 0,
  audit_gaps: 0,
  open_operations: 0,
  failures: 0,
};

/** Everything that a run has to say for itself. */
export function summaryOf(
  seed: number,
  { wrong: _seen, ...tally }: Tally,
  evidence: Evidence,
  found: readonly Violation[],
): Summary {
  const operations = [...operationsOf(evidence).values()];
  const ends = Map.groupBy(operations, ({ last }) =>
    [last.decision, last.detail?.evidence].filter(Boolean).join(" "),
  );
  const count = (state: string, { transitions }: (typeof operations)[number]) =>
    transitions.filter(({ decision }) => decision === state).length;
  const violated = Map.groupBy(found, ({ promise }) => promise);
  return {
    seed,
    ...tally,
    answered: evidence.answers.length,
    limited: evidence.answers.filter(({ answer }) => answer.error?.code === "rate_limited").length,
    effects: evidence.effects.length,
    operations: Object.fromEntries([...ends].map(([end, of]) => [end, of.length])),
    in_doubt: operations.filter((operation) => count("unknown", operation) > 0).length,
    sent_again: operations.filter((operation) => count("executing", operation) > 1).length,
    audit_events: evidence.events.length,
    chains: evidence.heads.size,
    violated: { ...NONE, ...Object.fromEntries([...violated].map(([promise, of]) => [promise, of.length])) },
    violations: found.map(({ promise, what }) => `${promise}: ${what}`),
  };
}
