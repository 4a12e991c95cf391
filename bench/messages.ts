/** What clients of both protocol eras put on the wire. */

/** `2026`: clients of 2026-07-28. `2025`: those of 2025-11-25 and older. */
export type Lane = "2026" | "2025";

/** One call of one tool. */
export interface Call {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const REVISION = { "2026": "2026-07-28", "2025": "2025-11-25" } as const satisfies Record<Lane, string>;
const CLIENT = { name: "bench", version: "1" } as const;

/** What a client of 2026-07-28 says of itself with each request. */
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": REVISION["2026"],
  "io.modelcontextprotocol/clientInfo": CLIENT,
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** How a 2025-11-25 client begins. */
export const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: REVISION["2025"], capabilities: {}, clientInfo: CLIENT },
});

/** And how it says that it has begun. */
export const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });

/** How a client of 2026-07-28 asks for a stream of what changes. */
export const listen = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "subscriptions/listen",
  params: { notifications: { toolsListChanged: true }, _meta: ENVELOPE },
});

/** The headers of a request on `lane`; on the 2026 lane they repeat what the body says. */
export function headersOf(lane: Lane, call?: Call): Record<string, string> {
  return {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": REVISION[lane],
    ...(lane === "2026" && call !== undefined ? { "mcp-method": "tools/call", "mcp-name": call.tool } : {}),
  };
}

/** The body of a `tools/call`. */
export function body(lane: Lane, { tool, args }: Call): string {
  const _meta = lane === "2026" ? { _meta: ENVELOPE } : {};
  const params = { name: tool, arguments: args, ..._meta };
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
}
