/** Logs calls that failed through no fault of the caller, and our own faults with their causes. */
import type { AuditFact } from "../audit/event/event.ts";
import { log, reasonOf } from "../observe/log.ts";
import type { Failure, PublicError } from "../toolkit/failure.ts";
import type { Call } from "./ports.ts";

/** Kinds that are no fault of the caller's, and that whoever is on call may want to count. */
const NOT_THE_CALLERS: readonly string[] = ["transient", "configuration", "contract", "in_doubt", "internal"];

/**
 * A line on a call that failed through no fault of the caller's, with what leads to it: the audit event, the session,
 * the operation, the trace. What was asked for stands in the audit, where reading it takes a role.
 */
export function failedCall(fact: AuditFact, { kind, code }: PublicError, audit_id: string): void {
  if (!NOT_THE_CALLERS.includes(kind)) return;
  const { tool = null, session_id = null, operation_id = null, trace_id = null } = fact;
  const sources = [...new Set((fact.upstream ?? []).map(({ source }) => source))];
  log("warn", "call_failed", { kind, code, tool, sources, audit_id, session_id, operation_id, trace_id });
}

/** Our own fault, with its cause and where it happened: callers get an audit id and nothing else. */
export function ownFault({ method, trace_id }: Call, { cause }: Failure): void {
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  const at_code = stack.split("\n").flatMap((line) => /^\s+at (.*)/.exec(line)?.[1] ?? []);
  log("error", "own_fault", { method, trace_id, reason: reasonOf(cause), at_code });
}
