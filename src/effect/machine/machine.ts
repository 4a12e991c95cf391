/**
 * The operation state machine: every edge, and what must hold to take it. Pure.
 *
 * ```text
 * claimed → executing | awaiting_confirmation | awaiting_approval | abandoned
 * awaiting_* → approved | denied | expired          approved → executing | expired | awaiting_approval
 * executing → succeeded | failed_safe | unknown     failed_safe → executing (a retry; fence + 1)
 * unknown → probing → succeeded | failed_safe | needs_operator → succeeded | failed_safe
 * ```
 */

import type { TargetAttributes } from "../../toolkit/change.ts";
import type { PublicError } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import { canBeDecided, dispatchInTime } from "./expiry.ts";
import { type Approver, type Evidence, type Operation, type Requester, UNREAD } from "./operation.ts";

export const EDGES = {
  claimed: ["executing", "awaiting_confirmation", "awaiting_approval", "abandoned"],
  awaiting_confirmation: ["approved", "denied", "expired"],
  awaiting_approval: ["approved", "denied", "expired"],
  approved: ["executing", "expired", "awaiting_approval"],
  executing: ["succeeded", "failed_safe", "unknown"],
  failed_safe: ["executing"],
  unknown: ["probing"],
  probing: ["succeeded", "failed_safe", "needs_operator"],
  needs_operator: ["succeeded", "failed_safe"],
  succeeded: [],
  denied: [],
  expired: [],
  abandoned: [],
} as const;

export type State = keyof typeof EDGES;

/** How often what was approved may go back because the target had changed. */
const MOST_ASKED_AGAIN = 2;

/** What can happen to an operation. */
export type Transition =
  | {
      readonly type: "hold";
      readonly for: "confirmation" | "approval";
      readonly policy_version: string;
      readonly because: string;
      readonly expires_at: number;
      readonly before: string;
      readonly attributes: TargetAttributes;
    }
  /** What was approved needs another decision: the target isn't as it was, or something alike was sent meanwhile. */
  | {
      readonly type: "ask_again";
      readonly because: string;
      readonly expires_at: number;
      /** The target as it is now, where that is why. */
      readonly before?: string;
      readonly attributes?: TargetAttributes;
      /** What was sent meanwhile, where that is why, and the dispatch that the next decision knows of. */
      readonly beside?: string;
      readonly aware_of?: number;
    }
  | { readonly type: "approve"; readonly by: Approver; readonly reason: string | null }
  /** Somebody for whom policy says go makes a waiting operation their own. */
  | {
      readonly type: "take_over";
      readonly by: Requester;
      readonly policy_version: string;
      readonly before: string;
      /** What they asked for: their decision covers their own words, not those of whoever asked first. */
      readonly input: JsonObject;
      readonly reason: string;
    }
  | { readonly type: "deny"; readonly by: string; readonly reason: string }
  /** `error`: why it couldn't be started in time, if that is known. */
  | { readonly type: "expire"; readonly error: PublicError | null }
  | { readonly type: "abandon"; readonly error: PublicError | null }
  | {
      readonly type: "dispatch";
      readonly deadline_at: number;
      /** Position among the dispatches on this target. */
      readonly order: number;
      readonly by?: Requester;
      readonly policy_version?: string;
      readonly before?: string;
      /** The arguments that the gate judged, and the reason given with them. */
      readonly input?: JsonObject;
      readonly reason?: string;
      /** The identity provider couldn't confirm the requester or the approver. */
      readonly unconfirmed?: boolean;
      /** It goes by the approval that the operation has. Without it, an earlier approval is no longer its ground. */
      readonly approved?: true;
    }
  | {
      readonly type: "succeed";
      readonly fence: number;
      readonly evidence: Exclude<Evidence, "operator">;
      readonly data: string;
    }
  | { readonly type: "fail_safe"; readonly fence: number; readonly error: PublicError }
  | { readonly type: "lose"; readonly fence: number; readonly error: PublicError }
  | { readonly type: "probe" }
  | { readonly type: "give_up"; readonly fence: number }
  | {
      readonly type: "settle";
      readonly happened: boolean;
      readonly by: string;
      readonly reason: string;
      readonly data: string | null;
      /** What to say of it from now on, if it did not happen. */
      readonly error: PublicError | null;
    };

/** Why a transition was refused. Nothing changed. */
export type EdgeRefusal = "no_such_edge" | "stale_fence" | "own_request" | "not_own_request" | "too_late";

export type OperationAdvance =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly refusal: EdgeRefusal };

const NEXT: {
  readonly [Type in Transition["type"]]: (transition: Extract<Transition, { type: Type }>) => State;
} = {
  hold: (t) => (t.for === "approval" ? "awaiting_approval" : "awaiting_confirmation"),
  ask_again: () => "awaiting_approval",
  approve: () => "approved",
  take_over: () => "approved",
  deny: () => "denied",
  expire: () => "expired",
  abandon: () => "abandoned",
  dispatch: () => "executing",
  succeed: () => "succeeded",
  fail_safe: () => "failed_safe",
  lose: () => "unknown",
  probe: () => "probing",
  give_up: () => "needs_operator",
  settle: (t) => (t.happened ? "succeeded" : "failed_safe"),
};

/** True if the diagram has this edge. */
export function hasEdge(from: State, to: State): boolean {
  return (EDGES[from] as readonly State[]).includes(to);
}

/**
 * The operation after `transition`, or why it can't happen. `now` is milliseconds since the epoch.
 */
export function advanceOperation(
  operation: Operation,
  transition: Transition,
  now: number,
): OperationAdvance {
  const to = (NEXT[transition.type] as (t: Transition) => State)(transition);
  const refusal = refuse(operation, transition, to, now);
  if (refusal !== null) return { ok: false, refusal };
  return {
    ok: true,
    operation: { ...operation, ...changes(operation, transition, now), state: to, state_at: now },
  };
}

function refuse(operation: Operation, transition: Transition, to: State, now: number): EdgeRefusal | null {
  const from = operation.state;
  if (!hasEdge(from, to)) return "no_such_edge";
  switch (transition.type) {
    case "succeed":
    case "fail_safe":
    case "lose":
    case "give_up":
      // A zombie of an earlier dispatch must not decide about a later one.
      return transition.fence === operation.fence ? refuseByOrigin(from, transition) : "stale_fence";
    case "settle":
      // Only a person settles what reading back couldn't; what is still being read back isn't theirs yet.
      return from === "needs_operator" ? null : "no_such_edge";
    case "approve":
      // An approval is another person's; a confirmation is one's own.
      if (from === "awaiting_confirmation" && transition.by.subject !== operation.requester.subject) {
        return "not_own_request";
      }
      if (from === "awaiting_approval" && transition.by.subject === operation.requester.subject) {
        return "own_request";
      }
      return canBeDecided(operation, now) ? null : "too_late";
    case "take_over":
    case "deny":
      return canBeDecided(operation, now) ? null : "too_late";
    case "dispatch":
      return dispatchInTime(operation, transition.approved === true, now) ? null : "too_late";
    case "ask_again":
      if (from !== "approved") return "no_such_edge";
      return isBeside(transition) || operation.asked_again < MOST_ASKED_AGAIN ? null : "too_late";
    case "hold":
      return from === "claimed" ? null : "no_such_edge";
    case "abandon":
    case "expire":
    case "probe":
      return null;
  }
}

/** What others send must not use up how often this may be asked for: a low page never cancels a high one. */
function isBeside({ beside }: Extract<Transition, { type: "ask_again" }>): boolean {
  return beside !== undefined;
}

/** How an end is known must fit where it is reached from: by answer, by reading back, or by a person. */
function refuseByOrigin(from: State, transition: Transition): EdgeRefusal | null {
  if (from === "needs_operator") return "no_such_edge";
  if (transition.type !== "succeed") return null;
  return (transition.evidence === "read_back") === (from === "probing") ? null : "no_such_edge";
}

/** Nobody has decided on it. */
const UNDECIDED = { approver: null, approved_at: null, decided_by: null, decision_reason: null } as const;

function changes(operation: Operation, transition: Transition, now: number): Partial<Operation> {
  switch (transition.type) {
    case "hold":
      return {
        policy_version: transition.policy_version,
        held_because: transition.because,
        expires_at: transition.expires_at,
        before: transition.before,
        attributes: transition.attributes,
      };
    case "ask_again": {
      const { type: _type, because: held_because, ...found } = transition;
      return {
        held_because,
        ...found,
        asked_again: operation.asked_again + (isBeside(transition) ? 0 : 1),
        ...UNDECIDED,
      };
    }
    case "approve":
      return {
        approver: transition.by,
        decided_by: transition.by.subject,
        decision_reason: transition.reason,
        approved_at: now,
      };
    case "take_over":
      return {
        requester: transition.by,
        policy_version: transition.policy_version,
        before: transition.before,
        input: transition.input,
        reason: transition.reason,
        held_because: null,
        approved_at: now,
      };
    case "deny":
      return { decided_by: transition.by, decision_reason: transition.reason };
    case "probe":
    case "give_up":
      return {};
    case "expire":
    case "abandon":
      return { error: transition.error };
    case "dispatch":
      return {
        fence: operation.fence + 1,
        dispatched_at: now,
        deadline_at: transition.deadline_at,
        dispatch_order: transition.order,
        error: null,
        unconfirmed: transition.unconfirmed === true,
        probe: UNREAD,
        ...(transition.approved === true ? {} : UNDECIDED),
        ...(transition.by === undefined ? {} : { requester: transition.by }),
        ...(transition.policy_version === undefined ? {} : { policy_version: transition.policy_version }),
        ...(transition.before === undefined ? {} : { before: transition.before }),
        ...(transition.input === undefined ? {} : { input: transition.input, given_up: null }),
        ...(transition.reason === undefined ? {} : { reason: transition.reason }),
      };
    case "succeed":
      return {
        data: transition.data,
        evidence: transition.evidence,
        // What is only seen afterwards was done when it was sent, or not long after.
        executed_at: transition.evidence === "read_back" ? (operation.dispatched_at ?? now) : now,
        error: null,
      };
    case "fail_safe":
    case "lose":
      return { error: transition.error };
    case "settle":
      return {
        evidence: "operator",
        settled_by: transition.by,
        settled_because: transition.reason,
        error: transition.error,
        ...(transition.happened
          ? { data: transition.data, executed_at: operation.dispatched_at ?? now }
          : {}),
      };
  }
}
