/** Declares what one event of the audit says, before the chain adds its place. */
import type { Countermeasure } from "../../toolkit/change.ts";
import type { Kind } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { UpstreamExchange } from "../../toolkit/upstream/upstream.ts";

/** How one step of a call ended. */
export interface StepRecord {
  readonly step: string;
  readonly result: string;
  /** Milliseconds since the call began. */
  readonly at_ms: number;
}

/** How what an event tells of ended: a call as its answer's `status` says, an operation by the state that it entered. */
export const OUTCOMES = [
  "ok",
  "not_found",
  "pending_approval",
  "error",
  "no_effect",
  "in_doubt",
  "open",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * One fact for the audit. The chain adds `chain`, `seq`, `prev`, `event_id`, `at` and `tenant`.
 * Absent and `null` mean the same; absent keeps the event small.
 */
export interface AuditFact {
  /** `call`, `refused_calls`, `operation`, `sign_in`, `consent`, `refresh`, `session`, `credential`, `console`. */
  readonly type: string;
  readonly subject?: string | null;
  readonly roles?: readonly string[];
  readonly session_id?: string | null;
  readonly client_id?: string | null;
  readonly tool?: string | null;
  /** What the tool declares to be its countermeasure. */
  readonly countermeasure?: Countermeasure | null;
  /** What was decided: `allow`, `deny`, `replay`, `hold`, a transition such as `executing`, … */
  readonly decision: string;
  readonly outcome: Outcome;
  readonly error_kind?: Kind | null;
  readonly error_code?: string | null;
  /** `device/<id>` */
  readonly target?: string | null;
  readonly operation_id?: string | null;
  readonly trace_id?: string | null;
  readonly finding_id?: string | null;
  readonly steps?: readonly StepRecord[];
  readonly args_digest?: string;
  /** Arguments with secrets and long texts taken out. */
  readonly args?: JsonObject;
  readonly upstream?: readonly UpstreamExchange[];
  readonly latency_ms?: number;
  /** Anything else that a reader needs, in the words of the component that wrote it. */
  readonly detail?: JsonObject;
}
