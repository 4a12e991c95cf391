import { ProtocolError, Server } from "@modelcontextprotocol/server";
import { createMcpHandler, type StatelessMcpHandler } from "agents/mcp/server";
import type { CallerAuth } from "./caller.ts";
import {
  callResult,
  INSTRUCTIONS,
  INVALID_PARAMS,
  type LaneHost,
  listTools,
  SERVER_INFO,
  unknownToolError,
} from "./lane.ts";

/** How long a client may keep a list of tools, in milliseconds. A changed role shows up at the latest then. */
const LIST_TTL_MS = 60_000;

/** Clients of 2026-07-28: no session on the wire, a fresh low-level server for each request. */
export class ModernLane {
  readonly #handler: StatelessMcpHandler;

  constructor(host: LaneHost, hostname: string) {
    this.#handler = createMcpHandler((context) => serverFor(host, context.authInfo?.scopes ?? []), {
      legacy: "reject",
      // The Worker has checked both already; without these the handler would derive its own policy from the URL.
      allowedHostnames: [hostname],
      allowedOriginHostnames: "*",
      corsOptions: false,
    });
  }

  /** Answers one request whose body is `parsed`. */
  handle(request: Request, parsed: unknown, auth: CallerAuth): Promise<Response> {
    return this.#handler.fetch(request, {
      ...(parsed === undefined ? {} : { parsedBody: parsed }),
      authInfo: { token: "", clientId: auth.client_id, scopes: [...auth.scopes] },
    });
  }
}

function serverFor(host: LaneHost, scopes: readonly string[]): Server {
  const server = new Server(SERVER_INFO, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  server.setRequestHandler("tools/list", () => ({
    tools: listTools(host.roles),
    ttlMs: LIST_TTL_MS,
    cacheScope: "private" as const,
  }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const result = await host.call(params.name, params.arguments, params._meta, scopes);
    const unknown = unknownToolError(result);
    if (unknown !== null) throw new ProtocolError(INVALID_PARAMS, unknown.message, unknown.data);
    return callResult(result);
  });
  return server;
}
