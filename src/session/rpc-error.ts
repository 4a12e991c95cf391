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
