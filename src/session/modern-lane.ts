import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  Server,
} from "@modelcontextprotocol/server";
import { createMcpHandler, type StatelessMcpHandler } from "agents/mcp/server";
import type { Result } from "../path/answer.ts";
import type { CallerAuth } from "./caller.ts";
import { CONFIRMATION_FORM, confirmed, type HumanStep, humanStep } from "./human-step.ts";
import {
  callResult,
  INSTRUCTIONS,
  INVALID_PARAMS,
  type LaneCall,
  type LaneHost,
  listTools,
  SERVER_INFO,
  unknownToolError,
} from "./lane.ts";
import { refuseMalformed } from "./malformed-call.ts";

/** How long a client may keep a list of tools, in milliseconds. A changed role shows up at the latest then. */
const LIST_TTL_MS = 60_000;

/** Clients of 2026-07-28: no session on the wire, a fresh low-level server for each request. */
export class ModernLane {
  readonly #host: LaneHost;
  readonly #handler: StatelessMcpHandler;

  constructor(host: LaneHost, hostname: string) {
    this.#host = host;
    this.#handler = createMcpHandler((context) => serverFor(host, context.authInfo?.scopes ?? []), {
      legacy: "reject",
      // The Worker has checked both already; without these the handler would derive its own policy from the URL.
      allowedHostnames: [hostname],
      allowedOriginHostnames: "*",
      corsOptions: false,
    });
  }

  /** Answers one request whose body is `parsed`. */
  async handle(request: Request, parsed: unknown, auth: CallerAuth): Promise<Response> {
    const malformed = await refuseMalformed(parsed, this.#host, auth.scopes);
    if (malformed !== null) return malformed;
    return this.#handler.fetch(request, {
      ...(parsed === undefined ? {} : { parsedBody: parsed }),
      authInfo: { token: "", clientId: auth.client_id, scopes: [...auth.scopes] },
    });
  }
}

function serverFor(host: LaneHost, scopes: readonly string[]): Server {
  const server = new Server(SERVER_INFO, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  server.setRequestHandler("tools/list", () => ({
    tools: listTools(host),
    ttlMs: LIST_TTL_MS,
    cacheScope: "private" as const,
  }));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const state = mcpReq.requestState<string>();
    const call = { tool: params.name, args: params.arguments, meta: params._meta, scopes, state };
    // The SDK has validated the envelope; its type just doesn't say what the keys hold.
    const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
    const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
    const result = await host.call(call);
    const unknown = unknownToolError(result);
    if (unknown !== null) throw new ProtocolError(INVALID_PARAMS, unknown.message, unknown.data);
    const answer = state === undefined ? null : confirmed(mcpReq.inputResponses?.[CONFIRM]);
    if (answer !== null && waitsForConfirmation(result)) {
      await host.confirm(result.operation.id, answer);
      return callResult(await host.call({ ...call, state: undefined }));
    }
    return ask(host, call, humanStep(result), capabilities?.elicitation) ?? callResult(result);
  });
  return server;
}

const CONFIRM = "confirm";
const OPEN = "approval";

/** Asks the client's person, if the client can; everyone else gets the plain result. */
function ask(
  host: LaneHost,
  call: LaneCall,
  step: HumanStep | null,
  elicitation: ClientCapabilities["elicitation"],
): InputRequiredResult | null {
  if (step === null || elicitation === undefined) return null;
  const requestState = host.seal(call, step.operation_id);
  const { message } = step;
  if (step.step === "open") {
    if (elicitation.url === undefined) return null;
    const { url } = step;
    return inputRequired({
      inputRequests: { [OPEN]: inputRequired.elicitUrl({ url, message }) },
      requestState,
    });
  }
  // An empty capability means forms, by the protocol's own rule.
  if (elicitation.form === undefined && elicitation.url !== undefined) return null;
  const form = inputRequired.elicit({ message, requestedSchema: CONFIRMATION_FORM });
  return inputRequired({ inputRequests: { [CONFIRM]: form }, requestState });
}

function waitsForConfirmation(result: Result): result is Extract<Result, { status: "pending_approval" }> {
  return result.status === "pending_approval" && result.operation.state === "awaiting_confirmation";
}
