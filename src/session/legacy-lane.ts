import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  ElicitResultSchema,
  ListToolsRequestSchema,
  UrlElicitationRequiredError,
} from "@modelcontextprotocol/sdk/types.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import type { TransportState } from "agents/mcp";
import type { CallerAuth } from "./caller.ts";
import { CONFIRMATION_FORM, confirmed, humanStep } from "./human-step.ts";
import {
  callResult,
  INSTRUCTIONS,
  INVALID_PARAMS,
  type LaneHost,
  listTools,
  SERVER_INFO,
  unknownToolError,
} from "./lane.ts";
import { refuseMalformed } from "./malformed-call.ts";
import { rpcError } from "./rpc-error.ts";
import type { SessionStore } from "./session-store.ts";
import { SessionTransport } from "./session-transport.ts";

const SESSION_HEADER = "mcp-session-id";
/** How long a person may take over a confirmation before the call answers without it, in milliseconds. */
const CONFIRM_PATIENCE_MS = 120_000;

/**
 * Clients of 2025-11-25 and older: protocol sessions with an id, a GET stream and pushed requests. Their state
 * is in the object's storage, so that a session outlives the object's eviction.
 */
export class LegacyLane {
  readonly #host: LaneHost;
  readonly #store: SessionStore;
  readonly #live = new Map<string, SessionTransport>();

  constructor(host: LaneHost, store: SessionStore) {
    this.#host = host;
    this.#store = store;
  }

  /** Answers one request whose body is `parsed`. */
  async handle(request: Request, parsed: unknown, auth: CallerAuth): Promise<Response> {
    const id = request.headers.get(SESSION_HEADER);
    if (id === null && !isInitialize(parsed)) {
      return rpcError(400, -32000, "This request needs the Mcp-Session-Id that initialize returned.");
    }
    const transport = id === null ? await this.#open() : await this.#resume(id);
    if (transport === null)
      return rpcError(404, -32001, "There is no such protocol session. Initialize a new one.");
    const malformed = await refuseMalformed(parsed, this.#host, auth.scopes);
    if (malformed !== null) return malformed;
    // A stream whose client is gone is noticed only when something is written to it. Until then the transport
    // would refuse the client that comes back for its stream; so the newest stream takes the place of the older.
    if (request.method === "GET") transport.closeStandaloneSSEStream();
    return transport.handleRequest(request, {
      ...(parsed === undefined ? {} : { parsedBody: parsed }),
      authInfo: { token: "", clientId: auth.client_id, scopes: [...auth.scopes] },
    });
  }

  /** Ends all streams: the session was revoked. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((transport) => transport.close()));
    this.#live.clear();
  }

  async #open(): Promise<SessionTransport> {
    await this.#closeForgotten();
    return this.#connect(crypto.randomUUID());
  }

  async #resume(id: string): Promise<SessionTransport | null> {
    if (!this.#store.useProtocolSession(id)) return null;
    return this.#live.get(id) ?? this.#connect(id);
  }

  /** What the store has let go of to make room must not stay in memory either. */
  async #closeForgotten(): Promise<void> {
    for (const [id, transport] of [...this.#live]) {
      if (this.#store.protocolSession(id) !== null) continue;
      this.#live.delete(id);
      await transport.close();
    }
  }

  async #connect(id: string): Promise<SessionTransport> {
    const transport = new SessionTransport({
      sessionIdGenerator: () => id,
      storage: {
        get: () => parseState(this.#store.protocolSession(id)),
        set: (state) => this.#store.writeProtocolSession(id, JSON.stringify(state)),
      },
      onsessioninitialized: () => {
        this.#live.set(id, transport);
      },
      onsessionclosed: () => {
        this.#live.delete(id);
        this.#store.deleteProtocolSession(id);
      },
    });
    await serverFor(this.#host).connect(transport);
    if (this.#store.protocolSession(id) !== null) this.#live.set(id, transport);
    return transport;
  }
}

function serverFor(host: LaneHost): Server {
  const server = new Server(SERVER_INFO, {
    capabilities: { tools: {} },
    instructions: INSTRUCTIONS,
    // The default validator generates code, which workerd forbids.
    jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
  });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools(host) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { authInfo, sendRequest }) => {
    const call = {
      tool: params.name,
      args: params.arguments,
      meta: params._meta,
      scopes: authInfo?.scopes ?? [],
    };
    const result = await host.call(call);
    const unknown = unknownToolError(result);
    // Not the SDK's McpError: it would put its own name and the code into the message.
    if (unknown !== null)
      throw Object.assign(new Error(unknown.message), { code: INVALID_PARAMS, data: unknown.data });
    const step = humanStep(result);
    const elicitation = server.getClientCapabilities()?.elicitation;
    if (step === null || elicitation === undefined) return callResult(result);
    if (step.step === "open") {
      if (elicitation.url === undefined) return callResult(result);
      const { url, message, operation_id: elicitationId } = step;
      throw new UrlElicitationRequiredError([{ mode: "url", url, message, elicitationId }], message);
    }
    if (elicitation.form === undefined && elicitation.url !== undefined) return callResult(result);
    const form = { mode: "form" as const, message: step.message, requestedSchema: CONFIRMATION_FORM };
    const answer = await sendRequest({ method: "elicitation/create", params: form }, ElicitResultSchema, {
      timeout: CONFIRM_PATIENCE_MS,
    }).catch(() => null);
    const yes = confirmed(answer);
    if (yes === null) return callResult(result);
    await host.confirm(step.operation_id, yes);
    return callResult(await host.call(call));
  });
  return server;
}

function isInitialize(parsed: unknown): boolean {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.some(
    (message) =>
      typeof message === "object" &&
      message !== null &&
      "method" in message &&
      message.method === "initialize",
  );
}

function parseState(text: string | null): TransportState | undefined {
  return text === null ? undefined : (JSON.parse(text) as TransportState);
}
