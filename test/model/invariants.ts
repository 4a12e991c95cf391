import type { Operation } from "../../src/effect/machine/operation.ts";
import { atOdds, sameInput, sameThing } from "./alike.ts";
import type { Run } from "./run.ts";
import { WINDOW_MS } from "./tools.ts";

const RESTING: readonly string[] = [
  "succeeded",
  "failed_safe",
  "denied",
  "expired",
  "abandoned",
  "needs_operator",
];

const NEVER_SENT: readonly string[] = ["denied", "expired", "abandoned"];

/** Everything that must hold once a run has come to rest; each sentence is a violation. */
export function violationsOf(run: Run): string[] {
  const violations = [...run.violations];
  for (const operation of run.disk.operations) {
    const { id, state, evidence, data } = operation;
    const effects = run.vendor.effects.filter(({ operation_id }) => operation_id === id).length;
    const say = (what: string) =>
      violations.push(`${id} (${state}, ${evidence}): ${what}, ${effects} effects`);
    if (effects > 1) say("more than one effect");
    if (evidence === "answered" && effects !== 1) say("answered without exactly one effect");
    if (evidence === "already_so" && effects !== 0) say("already so, and yet sent");
    if (state === "failed_safe" && effects !== 0) say("failed safe, and yet done");
    if (NEVER_SENT.includes(state) && effects !== 0) say("never sent, and yet done");
    if (!RESTING.includes(state)) say("left in the open");
    const received = run.received.get(id);
    if (received !== undefined && (received.size > 1 || !received.has(data ?? "")))
      say("answered differently");
  }
  return [
    ...violations,
    ...unaskedRepeats(run),
    ...unaskedThings(run),
    ...wronglyEnded(run),
    ...brokenChain(run),
  ];
}

/** How much earlier than it was asked for again a success may have ended, for clocks that are off. */
const MARGIN_MS = 20_000;

function sameAction(one: Operation, other: Operation): boolean {
  return one.tool === other.tool && sameInput(one.sets, other.sets);
}

/** Two effects of the same action have a contradiction, a deliberate repeat or the window's end between them. */
function unaskedRepeats({ vendor, disk }: Run): string[] {
  // By the order in which they were sent: what was superseded in doubt may land after what took its place.
  const done = vendor.effects
    .flatMap(({ operation_id }) => disk.get(operation_id) ?? [])
    .toSorted((a, b) => (a.dispatch_order ?? 0) - (b.dispatch_order ?? 0));
  return done.flatMap((second, index) => {
    if (second.title !== null) return [];
    const before = done
      .slice(0, index)
      .findLast((other) => sameAction(other, second) || atOdds(other.sets, second.sets));
    if (before === undefined || !sameAction(before, second) || before.id === second.id) return [];
    const asked = second.supersedes !== null || second.created_at > before.state_at + WINDOW_MS - MARGIN_MS;
    return asked || before.state !== "succeeded" ? [] : [`${second.id} repeats ${before.id} unasked`];
  });
}

/** Two things that are about the same were asked for on purpose, or approved by somebody who was shown the first. */
function unaskedThings({ vendor, disk }: Run): string[] {
  const made = vendor.effects
    .flatMap(({ operation_id, at }) => {
      const operation = disk.get(operation_id);
      return operation === null || operation.title === null ? [] : [{ operation, at }];
    })
    .toSorted((a, b) => (a.operation.dispatch_order ?? 0) - (b.operation.dispatch_order ?? 0));
  return made.flatMap(({ operation: second, at }, index) =>
    made.slice(0, index).flatMap(({ operation: first }) => {
      if (first.id === second.id || !sameThing(first, second)) return [];
      const shown = second.beside !== null && !sameInput(first.input, second.input);
      const late = at > first.state_at + WINDOW_MS - MARGIN_MS;
      return second.supersedes !== null || shown || late ? [] : [`${second.id} makes ${first.id} again`];
    }),
  );
}

/** What ended because another does the same, ended for one that does. */
function wronglyEnded({ disk }: Run): string[] {
  return disk.operations.flatMap(({ id, state, error, input }) => {
    if (state !== "expired" || error === null) return [];
    const instead = disk.operations.find((other) => error.message.includes(other.id));
    return instead !== undefined && !sameInput(instead.input, input) ? [`${id} ended for ${instead.id}`] : [];
  });
}

function brokenChain({ disk }: Run): string[] {
  return disk.chain.flatMap((event, index) => {
    const prev = disk.chain[index - 1];
    const follows = event.seq === index + 1 && (prev === undefined || event.prev === prev.hash);
    return follows ? [] : [`the chain breaks at ${event.seq}`];
  });
}
