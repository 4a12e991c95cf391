import type { AuditRecord } from "../../audit/record.ts";
import { findTool } from "../../catalogue.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { targetName } from "../../path/tool.ts";

/** The states of an operation in which it waits for a person. */
const WAITING = ["awaiting_approval", "needs_operator"] as const;

/** What is queued: enough to find out whether it still needs telling. */
export interface Notice {
  /** The audit event that it is about. The same one is never told of twice, as far as it can be helped. */
  readonly event_id: string;
  /** When the operation began to wait. ISO 8601 UTC. */
  readonly at: string;
  readonly operation_id: string;
  readonly state: (typeof WAITING)[number];
}

/** The notice that an audit event calls for, or `null`. Pure. */
export function noticeOf({ type, decision, operation_id, event_id, at }: AuditRecord): Notice | null {
  const state = WAITING.find((waiting) => waiting === decision);
  if (type !== "operation" || state === undefined || operation_id === null) return null;
  return { event_id, at, operation_id, state };
}

/**
 * What is sent, as JSON. Who, what and on what, and where to decide: nothing that a model or a vendor wrote, which
 * could hold anything. Pure.
 */
export function bodyOf(
  { event_id, at, state }: Notice,
  operation: OperationView,
  { TENANT, PUBLIC_URL }: Pick<Env, "TENANT" | "PUBLIC_URL">,
): string {
  const { id, tool, requester, expires_at } = operation;
  const page = state === "awaiting_approval" ? "approvals" : "operations";
  return JSON.stringify({
    type: `operation.${state}`,
    event_id,
    timestamp: at,
    tenant: TENANT,
    operation: { id, tool, target: targetOf(operation), requested_by: requester.subject, expires_at },
    url: `${PUBLIC_URL}/console/${page}/${id}`,
  });
}

/** What is yet to be created has no id but what its caller wrote, so it goes by its kind alone. */
function targetOf({ tool, target }: OperationView): string {
  const declared = findTool(tool);
  const creates = declared?.kind === "change" && declared.creates !== undefined;
  return creates ? target.kind : targetName(target);
}
