/**
 * Which earlier operation answers a call, if any. Pure: the caller fetches the rows, this decides.
 */
import type { Operation } from "./operation.ts";

/** How long a denial answers the person who was denied. */
export const DENIAL_LIFE_MS = 10 * 60_000;

/** What the call asks for. */
export interface Wanted {
  readonly key: string;
  readonly subject: string;
  readonly supersedes: string | null;
  /** The operation that the caller's own idempotency key already stands for. */
  readonly known: string | null;
  /** How long a success of this tool answers, in milliseconds. */
  readonly window_ms: number;
}

/** The rows that matter for a call on one target. */
export interface Standing {
  /** The operation named by `known`, if it is here. */
  readonly known: Operation | null;
  /** Operations with the same derived key, newest first. */
  readonly same: readonly Operation[];
  /** The operation on this target that is `executing`, `unknown` or `probing`. */
  readonly busy: Operation | null;
  /** The last dispatched operation of the tool that reverses this one, unless it failed safe. */
  readonly reversal: Operation | null;
  /** The operation that supersedes the one that the call names. */
  readonly superseder: Operation | null;
  /** The operation that the call wants to supersede. */
  readonly superseded: Operation | null;
}

export type Match =
  /** Nothing answers: a new operation may be claimed. */
  | { readonly match: "none" }
  /** This operation is what was asked for; its state says how to answer. */
  | { readonly match: "operation"; readonly operation: Operation }
  /** Something else is under way on the target. */
  | { readonly match: "busy"; readonly operation: Operation }
  /** `supersedes` names something that can't be superseded by this call. */
  | {
      readonly match: "bad_supersedes";
      readonly why: "other_action" | "still_open" | "not_here" | "own_key";
    };

/** Decides which operation answers a call at `now` (milliseconds since the epoch). */
export function match(wanted: Wanted, standing: Standing, now: number): Match {
  if (wanted.supersedes !== null && wanted.supersedes === wanted.known) {
    // The key already stands for the very operation that is to be repeated: it can't stand for the repeat too.
    return { match: "bad_supersedes", why: "own_key" };
  }
  if (standing.known !== null && standing.known.state !== "failed_safe" && answersForLife(standing.known)) {
    return { match: "operation", operation: standing.known };
  }
  if (wanted.supersedes !== null) return supersede(wanted, standing, now);
  const dispatched = standing.same.find(({ dispatch_order }) => dispatch_order !== null) ?? null;
  const found = standing.same.find((operation) => answers(operation, dispatched, wanted, standing, now));
  if (found !== undefined) return { match: "operation", operation: found };
  return standing.busy === null ? { match: "none" } : { match: "busy", operation: standing.busy };
}

/** A caller's key stands for its operation beyond window and reversal, unless that never came to anything. */
function answersForLife(operation: Operation): boolean {
  return !["abandoned", "expired", "denied"].includes(operation.state);
}

/** @param dispatched the newest operation of this action that was ever dispatched */
function answers(
  operation: Operation,
  dispatched: Operation | null,
  wanted: Wanted,
  standing: Standing,
  now: number,
): boolean {
  switch (operation.state) {
    case "succeeded":
      return now < operation.state_at + wanted.window_ms && !undone(operation, standing.reversal);
    case "denied":
      return operation.requester.subject === wanted.subject && now < operation.state_at + DENIAL_LIFE_MS;
    case "expired":
    case "abandoned":
      return false;
    case "failed_safe":
      // What came after it took its place. And after the window a fresh operation is as good, and doesn't take
      // what happened since the old one was claimed for its own doing.
      return dispatched?.id === operation.id && now < operation.state_at + wanted.window_ms;
    case "claimed":
    case "awaiting_confirmation":
    case "awaiting_approval":
    case "approved":
    case "executing":
    case "unknown":
    case "probing":
      return true;
    case "needs_operator":
      // Once something that reverses it was sent, its own outcome no longer decides anything.
      return !undone(operation, standing.reversal);
  }
}

/** A reversal ends the match from the moment it was sent. */
function undone(operation: Operation, reversal: Operation | null): boolean {
  return reversal !== null && (reversal.dispatch_order ?? 0) > (operation.dispatch_order ?? 0);
}

/** A deliberate repeat happens once for the operation that it names, however often it is asked for. */
function supersede(wanted: Wanted, standing: Standing, now: number): Match {
  const { superseded, superseder, busy } = standing;
  if (superseded === null) return { match: "bad_supersedes", why: "not_here" };
  // First of all: whoever names another action's operation must not get that action's result, or repeat it.
  if (superseded.key !== wanted.key) return { match: "bad_supersedes", why: "other_action" };
  if (
    superseder !== null &&
    (answersForLife(superseder) || answers(superseder, superseder, wanted, standing, now))
  ) {
    return { match: "operation", operation: superseder };
  }
  if (busy !== null) return { match: "busy", operation: busy };
  const done = superseded.state === "succeeded" || superseded.state === "needs_operator";
  return done ? { match: "none" } : { match: "bad_supersedes", why: "still_open" };
}
