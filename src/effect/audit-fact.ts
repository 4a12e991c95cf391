/** Makes the audit event of an operation's transition, without secrets. */
import type { AuditFact, Outcome } from "../audit/event/event.ts";
import { type Countermeasure, targetName } from "../toolkit/change.ts";
import { digest } from "../toolkit/digest.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { withoutSecretsIn } from "../toolkit/text/secrets.ts";
import type { Operation, ProbeRecord } from "./machine/operation.ts";

/** The audit's view of an operation that has just entered its state. @param countermeasure its tool's */
export function transitionFact(operation: Operation, countermeasure: Countermeasure | null): AuditFact {
  const { requester, error } = operation;
  return {
    type: "operation",
    decision: operation.state,
    outcome: outcomeOf(operation),
    subject: requester.subject,
    roles: requester.roles,
    session_id: requester.session_id,
    client_id: requester.client_id,
    tool: operation.tool,
    countermeasure,
    target: targetName(operation.target),
    operation_id: operation.id,
    trace_id: operation.trace_id,
    finding_id: operation.finding_id,
    error_kind: error?.kind ?? null,
    error_code: error?.code ?? null,
    args_digest: digest(operation.input),
    args: withoutSecretsIn(operation.input) as JsonObject,
    detail: withoutSecretsIn(detailOf(operation)) as JsonObject,
  };
}

function outcomeOf(operation: Operation): Outcome {
  switch (operation.state) {
    case "succeeded":
      return "ok";
    case "denied":
    case "expired":
    case "abandoned":
    case "failed_safe":
      return "no_effect";
    case "unknown":
    case "probing":
    case "needs_operator":
      return "in_doubt";
    default:
      return "open";
  }
}

/** What was read back, and which bound that was judged by: one that we assume is named as such. */
function readsOf({ landing, ...reads }: ProbeRecord): JsonObject {
  return landing === undefined ? reads : { ...reads, landing: { ...landing } };
}

function detailOf(operation: Operation): JsonObject {
  const detail: Record<string, JsonObject[string]> = { reason: operation.reason, fence: operation.fence };
  if (operation.supersedes !== null) detail.supersedes = operation.supersedes;
  if (operation.beside !== null) detail.beside = operation.beside;
  if (operation.policy_version !== null) detail.policy_version = operation.policy_version;
  if (operation.held_because !== null) detail.held_because = operation.held_because;
  if (operation.attributes !== null) detail.attributes = { ...operation.attributes };
  if (operation.evidence !== null) detail.evidence = operation.evidence;
  if (operation.decided_by !== null) detail.decided_by = operation.decided_by;
  if (operation.decision_reason !== null) detail.decision_reason = operation.decision_reason;
  if (operation.unconfirmed) detail.standing = "unconfirmed";
  if (operation.settled_by !== null) detail.settled_by = operation.settled_by;
  if (operation.settled_because !== null) detail.settled_because = operation.settled_because;
  if (operation.probe.attempts > 0) detail.reads = readsOf(operation.probe);
  if (operation.deadline_at !== null) detail.deadline_at = new Date(operation.deadline_at).toISOString();
  return detail;
}
