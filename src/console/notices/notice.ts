/**
 * Decides which audit events call for a notice to people, and writes what it says. It quotes no vendor and
 * no model.
 */
import type { AuditRecord } from "../../../verifier/event/record.ts";
import type { Env } from "../../bindings.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { targetName } from "../../toolkit/change.ts";

/** The states of an operation in which it waits for a person. */
const WAITING = ["awaiting_approval", "needs_operator"] as const;

/** What it can be about: a wait, or a change that the identity provider couldn't confirm anybody for. */
type Subject = (typeof WAITING)[number] | "unconfirmed";

/** What is queued: enough to find out whether it still needs telling. */
export interface Notice {
  /** The audit event that it is about. The same one is never told of twice, as far as it can be helped. */
  readonly event_id: string;
  /** When it came to that. ISO 8601 UTC. */
  readonly at: string;
  readonly operation_id: string;
  readonly about: Subject;
}

/** The notice that an audit event calls for, or `null`. Pure. */
export function noticeOf(record: AuditRecord): Notice | null {
  const { operation_id, event_id, at } = record;
  const about = subjectOf(record);
  if (about === null || operation_id === null) return null;
  return { event_id, at, operation_id, about };
}

function subjectOf({ type, decision, event }: AuditRecord): Subject | null {
  if (type !== "operation") return null;
  if (decision !== "executing") return WAITING.find((waiting) => waiting === decision) ?? null;
  const { detail } = JSON.parse(event) as { readonly detail?: { readonly standing?: unknown } };
  return detail?.standing === "unconfirmed" ? "unconfirmed" : null;
}

/** Whether it is still as the notice says. What was sent unconfirmed stays so. */
export function stillHolds({ about }: Notice, operation: OperationView): boolean {
  return about === "unconfirmed" || operation.state === about;
}

/**
 * What is sent, as JSON. Who, what and on what, and where to decide: nothing that a model or a vendor wrote, which
 * could hold anything. Pure.
 */
export function bodyOf(
  { event_id, at, about }: Notice,
  operation: OperationView,
  { TENANT, PUBLIC_URL }: Pick<Env, "TENANT" | "PUBLIC_URL">,
): string {
  const { id, tool, target, requester, expires_at } = operation;
  const page = about === "awaiting_approval" ? "approvals" : "operations";
  return JSON.stringify({
    type: `operation.${about}`,
    event_id,
    timestamp: at,
    tenant: TENANT,
    operation: { id, tool, target: targetName(target), requested_by: requester.subject, expires_at },
    url: `${PUBLIC_URL}/console/${page}/${id}`,
  });
}
