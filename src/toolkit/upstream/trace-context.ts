/** W3C Trace Context: what ties a caller's trace, the audit and the vendors' logs together. */

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Defined as invalid. */
const NO_TRACE = "0".repeat(32);

/** The trace id in the `_meta` of an MCP request, or `null` if there is none that is valid. */
export function traceIdOf(meta: unknown): string | null {
  if (typeof meta !== "object" || meta === null || !("traceparent" in meta)) return null;
  const { traceparent } = meta;
  const trace_id = typeof traceparent === "string" ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return trace_id === undefined || trace_id === NO_TRACE ? null : trace_id;
}

/** A `traceparent` for a request of ours in the trace: a new span, recorded, since the audit keeps it. */
export function traceparent(trace_id: string): string {
  const span_id = crypto.getRandomValues(Buffer.alloc(8)).toString("hex");
  return `00-${trace_id}-${span_id}-01`;
}
