/** Declares what is kept of an operation, and makes a new one from a claim. */
import { type Target, type TargetAttributes, targetName } from "../../toolkit/change.ts";
import { digest } from "../../toolkit/digest.ts";
import type { PublicError } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { Role } from "../../toolkit/scopes.ts";
import type { Claim } from "../protocol.ts";
import type { FieldDigests } from "./creation.ts";
import type { State } from "./machine.ts";
import type { Landing } from "./probing.ts";

/** How we know how an operation ended. */
export type Evidence =
  /** The vendor answered: exactly one effect of ours. */
  | "answered"
  /** Read back afterwards: none or one of ours, the state is as wanted. */
  | "read_back"
  /** It was so before we asked: nothing was sent. */
  | "already_so"
  /** A person settled it. */
  | "operator";

/** Whoever asked for an operation, as they stood when they asked. */
export interface Requester {
  readonly subject: string;
  readonly display: string;
  /** Names the person object. */
  readonly person: string;
  readonly session_id: string;
  readonly client_id: string;
  readonly roles: readonly Role[];
}

/** Whoever approved an operation, as they signed in to do it. */
export interface Approver {
  readonly subject: string;
  /** Names the person object. */
  readonly person: string;
  /** The session of the console that the decision was made in. */
  readonly session_id: string;
}

/** What reading back has shown so far. */
export interface ProbeRecord {
  /** Reads that came back, whatever they showed, and reads that failed. */
  readonly attempts: number;
  readonly absent_reads: number;
  readonly failed_reads: number;
  /** The bound that absence is judged by, once something was read. */
  readonly landing?: Landing;
}

/** Before anything was read back. */
export const UNREAD: ProbeRecord = { attempts: 0, absent_reads: 0, failed_reads: 0 };

/** One intended state change, from claim to terminal state. Times are milliseconds since the epoch. */
export interface Operation {
  readonly id: string;
  readonly tool: string;
  readonly target: Target;
  /** Digest of tenant, tool, target and identity: two calls with the same key are the same action. */
  readonly key: string;
  /** Facet → value. */
  readonly sets: JsonObject;
  /** Of a creation, the folded title; `null` of any other change. */
  readonly title: string | null;
  /** Digest of the session and the idempotency key that it was claimed with, or `null`. */
  readonly caller_key: string | null;
  /** The tool's own arguments, as validated. */
  readonly input: JsonObject;
  readonly reason: string;
  readonly finding_id: string | null;
  readonly supersedes: string | null;
  readonly trace_id: string | null;
  readonly requester: Requester;
  readonly created_at: number;

  readonly state: State;
  /** When `state` was entered. */
  readonly state_at: number;
  /** Counts dispatches. An answer that belongs to an earlier one changes nothing. */
  readonly fence: number;
  readonly dispatched_at: number | null;
  /** Position among the dispatches on this target. Clocks go back; this doesn't. */
  readonly dispatch_order: number | null;
  /** Up to which position the dispatches on this target were known to the one who let this go, or asked for it. */
  readonly aware_of: number;
  /** An operation that is alike, was sent meanwhile, and is shown to the one who decides about this. */
  readonly beside: string | null;
  readonly deadline_at: number | null;

  readonly policy_version: string | null;
  /** Why the gate held it back, for whoever decides. */
  readonly held_because: string | null;
  readonly expires_at: number | null;
  /** Who approved or denied it: a subject. */
  readonly decided_by: string | null;
  readonly decision_reason: string | null;
  /** Looked at again before the dispatch: an approval doesn't outlive its giver's standing. */
  readonly approver: Approver | null;
  readonly approved_at: number | null;
  /** The identity provider couldn't confirm the requester or the approver when it was dispatched. */
  readonly unconfirmed: boolean;
  readonly settled_by: string | null;
  readonly settled_because: string | null;

  /** The target's `data` as the gate read it, JSON. */
  readonly before: string | null;
  /** What policy looked at, when a person was asked: what they decide on. */
  readonly attributes: TargetAttributes | null;
  /** How often what was approved went back, because the target had changed. */
  readonly asked_again: number;
  /** The first result's `data`, JSON. A replay returns these bytes. */
  readonly data: string | null;
  readonly evidence: Evidence | null;
  readonly executed_at: number | null;
  readonly error: PublicError | null;
  readonly probe: ProbeRecord;
  /** What is left of `input` once arguments and data were given up; `null` while they are kept. */
  readonly given_up: FieldDigests | null;
}

/**
 * The derived key, which is also what a caller's own key is bound to: the action, whatever the words around it.
 * There is no time in it: a time bucket fires twice whenever a retry crosses its edge.
 */
export function operationKey(tenant: string, tool: string, target: Target, identity: JsonObject): string {
  return digest({ tenant, tool, target: targetName(target), identity });
}

/**
 * A new operation, as a call asks for it at `now` (milliseconds since the epoch).
 * @param aware_of the target's last dispatch
 */
export function claimedOperation(claim: Claim, id: string, now: number, aware_of: number): Operation {
  return {
    id,
    tool: claim.tool,
    target: claim.target,
    key: claim.key,
    sets: claim.sets,
    title: claim.title,
    caller_key: claim.caller_key,
    input: claim.input,
    reason: claim.reason,
    finding_id: claim.finding_id,
    supersedes: claim.supersedes,
    trace_id: claim.trace_id,
    requester: claim.requester,
    created_at: now,
    state: "claimed",
    state_at: now,
    fence: 0,
    dispatched_at: null,
    dispatch_order: null,
    aware_of,
    beside: null,
    deadline_at: null,
    policy_version: null,
    held_because: null,
    expires_at: null,
    decided_by: null,
    decision_reason: null,
    approver: null,
    approved_at: null,
    unconfirmed: false,
    settled_by: null,
    settled_because: null,
    before: null,
    attributes: null,
    asked_again: 0,
    data: null,
    evidence: null,
    executed_at: null,
    error: null,
    probe: UNREAD,
    given_up: null,
  };
}
