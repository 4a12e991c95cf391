/** Makes the audit event of a request that the protocol refused before it could be a call. */
import type { AuditFact } from "../../audit/event/event.ts";
import { shown } from "../../toolkit/text/shown.ts";
import { traceIdOf } from "../../toolkit/upstream/trace-context.ts";
import { callOf, methodOf } from "../body.ts";

/** The code of MCP 2026-07-28 for headers and a body that disagree, as of a client that mixes two revisions. */
export const HEADER_MISMATCH = -32020;

/** 401 and 429 say nothing of the request: its session has ended, or asks too often, which is counted elsewhere. */
const NOT_OF_THE_REQUEST: ReadonlySet<number> = new Set([401, 429]);

/** True if the protocol refused the request before it could be a call: by its headers, its body or its session. */
export function isRefusedEnvelope({ status }: Response): boolean {
  return status >= 400 && !NOT_OF_THE_REQUEST.has(status);
}

/** The audit of such a request. What it says of itself is believed as far as it could be read. */
export async function refusedEnvelopeFact(
  { method: http_method }: Request,
  parsed: unknown,
  response: Response,
): Promise<AuditFact> {
  const call = callOf(parsed);
  const method = methodOf(parsed) ?? http_method;
  const rpc_code = await rpcCodeOf(response);
  return {
    type: "call",
    decision: "fail",
    outcome: "error",
    error_kind: "invalid_request",
    error_code: "invalid_input",
    tool: shown(call === null || call.method === "resources/read" ? method : call.name, 64),
    trace_id: traceIdOf(call?.meta),
    steps: [{ step: "envelope", result: "refused", at_ms: 0 }],
    detail: { method: shown(method, 64), http_status: response.status, rpc_code },
  };
}

async function rpcCodeOf(response: Response): Promise<number | null> {
  try {
    const { error } = (await response.clone().json()) as { error?: { code?: unknown } };
    return typeof error?.code === "number" ? error.code : null;
  } catch {
    return null;
  }
}
