/** What the session object and the effect object say to each other. Everything here survives RPC. */

import type { Target, TargetAttributes } from "../toolkit/change.ts";
import type { Difference, PublicError } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { EdgeRefusal, State } from "./machine/machine.ts";
import type { Approver, Evidence, Operation, Requester } from "./machine/operation.ts";

/** A call that wants a state change. */
export interface Claim {
  /** The id that a new operation gets. The session wrote it down before asking. */
  readonly operation_id: string;
  readonly tool: string;
  readonly target: Target;
  readonly key: string;
  readonly sets: JsonObject;
  /** Of a creation, the folded title. */
  readonly title: string | null;
  /** Digest of the session and the caller's own key, if there is one. */
  readonly caller_key: string | null;
  readonly input: JsonObject;
  readonly reason: string;
  readonly finding_id: string | null;
  readonly supersedes: string | null;
  readonly trace_id: string | null;
  readonly requester: Requester;
}

/** An operation as others may see it. */
export interface OperationView {
  readonly id: string;
  readonly tool: string;
  readonly target: Target;
  readonly state: State;
  readonly requester: Requester;
  readonly approved_by: string | null;
  readonly evidence: Evidence | null;
  /** Absent where requester and approver were confirmed by the identity provider. */
  readonly standing?: "unconfirmed";
  /** ISO 8601 UTC. */
  readonly executed_at: string | null;
  /** ISO 8601 UTC. */
  readonly expires_at: string | null;
  readonly held_because: string | null;
  readonly decision_reason: string | null;
  readonly reason: string;
  readonly finding_id: string | null;
  readonly policy_version: string | null;
  /** JSON text of the tool's own arguments. */
  readonly input: string;
  /** ISO 8601 UTC. */
  readonly created_at: string;
  /** JSON text of the target as the gate saw it, or `null`. */
  readonly before: string | null;
  /** What policy looked at, when a person was asked. */
  readonly attributes: TargetAttributes | null;
  /** JSON text of the first result's `data`. */
  readonly data: string | null;
  readonly error: PublicError | null;
  /** The id of one that is alike, was sent meanwhile, and is to be looked at beside it. */
  readonly beside: string | null;
  /** A deliberate repeat may name it in `supersedes` by now. */
  readonly repeatable: boolean;
  /** It ended so long ago that its arguments and data were given up. */
  readonly given_up: boolean;
}

/** `as_of`: when that was so, by the effect object's clock, in milliseconds since the epoch. */
export type ClaimAnswer =
  | { readonly kind: "new"; readonly operation: OperationView; readonly as_of: number }
  | {
      readonly kind: "match";
      readonly operation: OperationView;
      readonly as_of: number;
      /** Of an operation that succeeded, and whose effect can be read back. */
      readonly now: Holding | null;
    }
  | { readonly kind: "busy"; readonly operation: OperationView }
  /** A creation that is alike is in doubt. */
  | { readonly kind: "in_doubt"; readonly operation: OperationView }
  /** A creation that is alike was made with other arguments. */
  | Differs
  | { readonly kind: "bad_supersedes"; readonly why: "other_action" | "still_open" | "not_here" | "own_key" };

/** An operation that is alike was done, with other arguments than were asked for. */
export interface Differs {
  readonly kind: "differs";
  readonly operation: OperationView;
  readonly differences: readonly Difference[];
}

/** How the dispatch of an operation went. */
export type ExecuteAnswer =
  /** It was dispatched by this call, and stands as shown. */
  | { readonly kind: "dispatched"; readonly operation: OperationView }
  /** Somebody else dispatched it meanwhile. */
  | { readonly kind: "match"; readonly operation: OperationView }
  /** Something else on the target got ahead of it. */
  | { readonly kind: "busy"; readonly operation: OperationView }
  | { readonly kind: "in_doubt"; readonly operation: OperationView }
  | Differs
  /** It could not be started; nothing was sent. */
  | { readonly kind: "failed"; readonly operation: OperationView; readonly error: PublicError };

/** The gate said go. */
export interface Go {
  readonly requester: Requester;
  readonly policy_version: string;
  /** The arguments that it judged, and the reason given with them. */
  readonly input: JsonObject;
  readonly reason: string;
  /** The target's `data` as the gate read it, JSON text. */
  readonly before: string;
  /** The target was already as wanted when the gate looked. */
  readonly in_effect: boolean;
  /** Before which the gate can't have looked: `as_of` of the claim. */
  readonly as_of: number;
  /** This very operation has taken effect before: it must not be sent again, whatever became of it since. */
  readonly landed?: true;
  /** It goes by a person's approval, not by policy alone. */
  readonly approved?: true;
}

/** The gate said: not without a person. */
export interface Hold {
  readonly for: "confirmation" | "approval";
  readonly policy_version: string;
  readonly because: string;
  readonly before: string;
  readonly attributes: TargetAttributes;
}

/** What a person decides about an operation that waits for them. */
export interface Decide {
  readonly decision: "approve" | "deny";
  readonly by: Approver;
  readonly reason: string;
}

/** What an operator found out about an operation that reading back couldn't settle. */
export interface Settle {
  readonly outcome: "happened" | "did_not_happen";
  /** Subject of the operator. */
  readonly by: string;
  readonly reason: string;
}

/** `not_here`: no such operation. The rest is the machine's own refusal. */
export type DecideAnswer =
  | { readonly ok: true; readonly operation: OperationView }
  | { readonly ok: false; readonly refusal: EdgeRefusal | "busy" | "not_here" };

/** Whether the wanted state still holds, when somebody asks again. */
export type StillInEffect = boolean | "unknown";

/** What a read of the target shows of an earlier success. */
export interface Holding {
  readonly still_in_effect: StillInEffect;
  /** Where it doesn't hold any more: in what it differs now. */
  readonly differences: readonly Difference[];
}

/** The public view of an operation. @param repeatable whether a deliberate repeat may name it by now */
export function viewOf(operation: Operation, repeatable: boolean): OperationView {
  return {
    id: operation.id,
    tool: operation.tool,
    target: operation.target,
    state: operation.state,
    requester: operation.requester,
    approved_by: operation.approved_at === null ? null : operation.decided_by,
    evidence: operation.evidence,
    ...(operation.unconfirmed ? { standing: "unconfirmed" as const } : {}),
    executed_at: isoOrNull(operation.executed_at),
    expires_at: isoOrNull(operation.expires_at),
    held_because: operation.held_because,
    decision_reason: operation.decision_reason,
    reason: operation.reason,
    finding_id: operation.finding_id,
    policy_version: operation.policy_version,
    input: JSON.stringify(operation.input),
    created_at: new Date(operation.created_at).toISOString(),
    before: operation.before,
    attributes: operation.attributes,
    data: operation.data,
    error: operation.error,
    beside: operation.beside,
    repeatable,
    given_up: operation.given_up !== null,
  };
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
