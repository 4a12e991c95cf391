/**
 * Which earlier operation answers a call, if any. Pure: the caller fetches the rows, this decides.
 *
 * A change matches what did the same to its target, and no later change of the target has contradicted. A creation
 * matches what is alike, and answers for it only if it is also equal.
 */

import { targetName } from "../../toolkit/change.ts";
import type { Difference } from "../../toolkit/failure.ts";
import { differences, differencesFrom, onlyWords } from "./creation.ts";
import { contradict } from "./facets.ts";
import type { Operation } from "./operation.ts";

/** How long a denial answers the person who was denied. */
export const DENIAL_LIFE_MS = 10 * 60_000;

/** What a tool declares about repeats. */
export interface Repeats {
  /** How long a success of this tool answers, in milliseconds. */
  readonly window_ms: number;
  /** Whether a second landing of the request adds anything. */
  readonly repeat: "same" | "adds";
  /** Two are better than none. */
  readonly rather_twice: boolean;
}

/** What a call asks for, or an operation that is about to be sent. */
export interface Wanted
  extends Pick<
    Operation,
    "tool" | "target" | "key" | "sets" | "input" | "title" | "finding_id" | "caller_key" | "supersedes"
  > {
  readonly subject: string;
  /** The operation that the caller's own idempotency key already stands for. */
  readonly known: string | null;
  readonly repeats: Repeats;
}

/** An operation that was sent, and whose end isn't known yet. */
export interface OperationUnderWay {
  readonly operation: Operation;
  /** Another one was sent in its place since. */
  readonly superseded: boolean;
}

/** The rows that matter for a call on one target. */
export interface StandingOperation {
  /** The operation named by `known`, if it is here. */
  readonly known: Operation | null;
  /** Operations of the same action, or creations that are alike, newest first. */
  readonly same: readonly Operation[];
  /** Other actions that were sent to the target after the oldest of `same`, but for those that failed safe. */
  readonly later: readonly Operation[];
  /** What is `executing`, `unknown` or `probing` on the target. */
  readonly under_way: readonly OperationUnderWay[];
  /** The operations that supersede the one that the call names, newest first. */
  readonly superseders: readonly Operation[];
  /** The operation that the call wants to supersede. */
  readonly superseded: Operation | null;
}

/** An earlier operation that a call meets. */
export type Met =
  /** This operation is what was asked for; its state says how to answer. */
  | { readonly match: "operation"; readonly operation: Operation }
  /** Something that keeps this from starting is under way. */
  | { readonly match: "busy"; readonly operation: Operation }
  /** One that is alike is in doubt. */
  | { readonly match: "in_doubt"; readonly operation: Operation }
  /** One that is alike was done with other arguments. */
  | {
      readonly match: "differs";
      readonly operation: Operation;
      readonly differences: readonly Difference[];
    };

export type Match =
  | Met
  /** Nothing answers: a new operation may be claimed. */
  | { readonly match: "none" }
  /** `supersedes` names something that can't be superseded by this call. */
  | {
      readonly match: "bad_supersedes";
      readonly why: "other_action" | "still_open" | "not_here" | "own_key";
    };

/** Decides which operation answers a call at `now` (milliseconds since the epoch). */
export function match(wanted: Wanted, standing: StandingOperation, now: number): Match {
  const { known } = standing;
  if (wanted.supersedes !== null && wanted.supersedes === wanted.known) {
    // The key already stands for the very operation that is to be repeated: it can't stand for the repeat too.
    return { match: "bad_supersedes", why: "own_key" };
  }
  const kept = known !== null && known.state !== "failed_safe" && answersForLife(known);
  const met = kept ? meet(known, wanted) : null;
  if (met !== null) return met;
  if (wanted.supersedes !== null) return supersede(wanted, standing, now);
  return best(wanted, answering(wanted, standing, now)) ?? blockedBy(wanted, standing) ?? { match: "none" };
}

/**
 * What a creation meets that is about to be sent: what is alike and was sent after `since`, which is all that
 * nobody knew of when this one was let through. `null` if nothing is in its way.
 * @param since a number of the target's count of dispatches
 */
export function meetAgain(
  wanted: Wanted,
  same: readonly Operation[],
  since: number,
  now: number,
): Met | null {
  const sent = same.filter((other) => wasSent(other) && orderOf(other) > since);
  return best(
    wanted,
    sent.filter((other) => answers(other, wanted, { same, later: [] }, now)),
  );
}

/** True if a deliberate repeat may follow this operation at `now`. */
export function maySupersede(operation: Operation, repeats: Repeats, now: number): boolean {
  switch (operation.state) {
    case "succeeded":
    case "needs_operator":
      return true;
    case "unknown":
    case "probing": {
      if (now < (operation.deadline_at ?? Number.POSITIVE_INFINITY)) return false;
      return repeats.rather_twice || (repeats.repeat === "same" && operation.probe.absent_reads > 0);
    }
    default:
      return false;
  }
}

/** A caller's key stands for its operation beyond window and reversal, unless that never came to anything. */
function answersForLife(operation: Operation): boolean {
  return !["abandoned", "expired", "denied"].includes(operation.state);
}

function answering(wanted: Wanted, standing: StandingOperation, now: number): readonly Operation[] {
  return standing.same.filter((operation) => answers(operation, wanted, standing, now));
}

function answers(
  operation: Operation,
  wanted: Wanted,
  standing: Pick<StandingOperation, "same" | "later">,
  now: number,
): boolean {
  switch (operation.state) {
    case "succeeded":
      return now < operation.state_at + wanted.repeats.window_ms && !isContradicted(operation, standing);
    case "denied":
      return operation.requester.subject === wanted.subject && now < operation.state_at + DENIAL_LIFE_MS;
    case "expired":
    case "abandoned":
      return false;
    case "failed_safe":
      // What came after it took its place. And after the window a fresh operation is as good, and doesn't take
      // what happened since the old one was claimed for its own doing.
      return isLastSent(operation, standing) && now < operation.state_at + wanted.repeats.window_ms;
    case "claimed":
    case "awaiting_confirmation":
    case "awaiting_approval":
    case "approved":
    case "executing":
    case "unknown":
    case "probing":
      return true;
    case "needs_operator":
      // Once something that contradicts it was sent, its own outcome no longer decides anything.
      return !isContradicted(operation, standing);
  }
}

/** From the moment that another value of one of its facets was sent, whatever became of that. */
function isContradicted(operation: Operation, { later }: Pick<StandingOperation, "later">): boolean {
  return later.some((other) => orderOf(other) > orderOf(operation) && contradict(other.sets, operation.sets));
}

function isLastSent(operation: Operation, { same }: Pick<StandingOperation, "same">): boolean {
  return same.every((other) => orderOf(other) <= orderOf(operation));
}

function orderOf({ dispatch_order }: Operation): number {
  return dispatch_order ?? 0;
}

/** Sent, and not proven to have done nothing. */
function wasSent({ dispatch_order, state }: Operation): boolean {
  return dispatch_order !== null && state !== "failed_safe";
}

/** The best of several that answer. Of changes that is the newest; of creations see `better`. */
function best(wanted: Wanted, candidates: readonly Operation[]): Met | null {
  const ranked = wanted.title === null ? candidates : candidates.toSorted((a, b) => better(wanted, a, b));
  for (const candidate of ranked) {
    const met = meet(candidate, wanted);
    if (met !== null) return met;
  }
  return null;
}

/** The one that the caller's key stands for, then the same finding, then the last one sent. Ties stay newest first. */
function better(wanted: Wanted, a: Operation, b: Operation): number {
  const byKey = Number(b.id === wanted.known) - Number(a.id === wanted.known);
  const aboutSame = (other: Operation) =>
    Number(wanted.finding_id !== null && other.finding_id === wanted.finding_id);
  return byKey || aboutSame(b) - aboutSame(a) || orderOf(b) - orderOf(a);
}

/** What a call makes of a candidate; `null` if that doesn't answer it. */
function meet(operation: Operation, wanted: Wanted): Met | null {
  if (wanted.title === null) return { match: "operation", operation };
  const { input, given_up } = operation;
  const differing =
    given_up === null ? differences(wanted.input, input) : differencesFrom(wanted.input, given_up);
  const made_with_it = operation.caller_key !== null && operation.caller_key === wanted.caller_key;
  if (differing.length === 0 || (made_with_it && onlyWords(differing))) {
    return { match: "operation", operation };
  }
  // What differs and was never sent must not keep this from being done: a low page doesn't silence a high one.
  if (!wasSent(operation)) return null;
  switch (operation.state) {
    case "succeeded":
      return { match: "differs", operation, differences: differing };
    case "executing":
      return { match: "busy", operation };
    default:
      return { match: "in_doubt", operation };
  }
}

/** Creations wait for those that are alike only, and have met those by now. */
function blockedBy(wanted: Wanted, { under_way }: Pick<StandingOperation, "under_way">): Met | null {
  if (wanted.title !== null) return null;
  const blocking = under_way.find((other) => blocks(other, wanted));
  return blocking === undefined ? null : { match: "busy", operation: blocking.operation };
}

/** What was superseded may land late, but only a change that contradicts it has to wait for that. */
export function blocks(
  { operation, superseded }: OperationUnderWay,
  wanted: Pick<Wanted, "sets" | "supersedes">,
) {
  return !(superseded || operation.id === wanted.supersedes) || contradict(operation.sets, wanted.sets);
}

/** A deliberate repeat happens once for the operation that it names, however often it is asked for. */
function supersede(wanted: Wanted, standing: StandingOperation, now: number): Match {
  const { superseded, superseders } = standing;
  if (superseded === null || targetName(superseded.target) !== targetName(wanted.target)) {
    return { match: "bad_supersedes", why: "not_here" };
  }
  // First of all: a call that names another action's operation must not get that action's result, or repeat it.
  const same_action = wanted.title === null ? superseded.key === wanted.key : superseded.tool === wanted.tool;
  if (!same_action) return { match: "bad_supersedes", why: "other_action" };
  const repeats = superseders.filter(
    (operation) =>
      answersForLife(operation) || answers(operation, wanted, { same: [operation], later: [] }, now),
  );
  const met = best(wanted, repeats);
  if (met !== null) return met;
  if (!maySupersede(superseded, wanted.repeats, now)) {
    const ends_by_itself = ["executing", "unknown", "probing"].includes(superseded.state);
    return ends_by_itself
      ? { match: "busy", operation: superseded }
      : { match: "bad_supersedes", why: "still_open" };
  }
  return openBeside(superseded, wanted, standing) ?? blockedBy(wanted, standing) ?? { match: "none" };
}

/** What is alike and under way keeps a repeat from being made as well, unless it is what the repeat stands in for. */
function openBeside(
  superseded: Operation,
  wanted: Wanted,
  { same, under_way }: StandingOperation,
): Met | null {
  if (wanted.title === null) return null;
  const open = under_way.filter((other) => !other.superseded && other.operation.id !== superseded.id);
  return best(
    wanted,
    same.filter(({ id }) => open.some(({ operation }) => operation.id === id)),
  );
}
