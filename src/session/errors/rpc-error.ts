/** JSON-RPC's code for parameters that can't be right; MCP's for an unknown tool, in every revision. */
export const INVALID_PARAMS = -32602;
/** JSON-RPC's code for what isn't the caller's fault. */
export const INTERNAL_ERROR = -32603;
/** One of JSON-RPC's range for errors that an implementation defines: this caller may not. */
export const FORBIDDEN = -32003;

/** A JSON-RPC error as an HTTP answer, for what is refused before a transport is involved. */
export function rpcError(
  status: number,
  code: number,
  message: string,
  options: { readonly id?: unknown; readonly data?: unknown; readonly headers?: HeadersInit } = {},
): Response {
  const id = typeof options.id === "string" || typeof options.id === "number" ? options.id : null;
  const error = { code, message, ...(options.data === undefined ? {} : { data: options.data }) };
  return Response.json(
    { jsonrpc: "2.0", id, error },
    { status, ...(options.headers ? { headers: options.headers } : {}) },
  );
}
