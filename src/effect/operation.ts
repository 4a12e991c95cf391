import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import { v7 as uuidv7 } from "uuid";
import type { PublicError } from "../path/failure.ts";
import type { Role } from "../path/scopes.ts";
import { type JsonObject, type Target, type TargetAttributes, targetName } from "../path/tool.ts";
import type { State } from "./machine.ts";
import type { Landing } from "./probing.ts";
import type { Claim } from "./protocol.ts";

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
}

const ID = /^op_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}_([A-Za-z0-9_-]{16})$/;

/** Name of the effect object that owns a target: the first 16 characters of base64url SHA-256. */
export function effectName(tenant: string, target: Target): string {
  return hash("sha256", `${tenant}\n${targetName(target)}`, "base64url").slice(0, 16);
}

/** A new operation id. Its suffix names the effect object, so that it is found without a directory. */
export function newOperationId(tenant: string, target: Target): string {
  return `op_${uuidv7()}_${effectName(tenant, target)}`;
}

/** When an operation was claimed, in milliseconds since the epoch: its UUIDv7 begins with that (RFC 9562 §5.7). */
export function claimedAt(id: string): number {
  return Number.parseInt(id.slice("op_".length).replace("-", "").slice(0, 12), 16);
}

/** The effect object that an operation id names, or `null` if `id` isn't one. */
export function effectNameOf(id: string): string | null {
  return ID.exec(id)?.[1] ?? null;
}

/** SHA-256, base64url, of the RFC 8785 text of `value`. */
export function digest(value: JsonObject): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("a value without JSON form has no digest");
  return hash("sha256", text, "base64url");
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
  };
}
