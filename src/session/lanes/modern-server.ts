/**
 * Handles the methods of the 2026-07-28 protocol, and asks the client's person where a call waits for them.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Result } from "../../path/answer.ts";
import type { ProgressListener } from "../../toolkit/progress.ts";
import { errorOf } from "../errors/call-error.ts";
import { INVALID_PARAMS } from "../errors/rpc-error.ts";
import type { Granted } from "../granted.ts";
import { CONFIRMATION_FORM, confirmed, type HumanStep, humanStep } from "../human-step.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import {
  CAPABILITIES,
  callResult,
  isCallError,
  type LaneCall,
  type LaneHost,
  promptMessages,
  resourceContents,
  SERVER_INFO,
} from "./lane.ts";
import { complete, listPrompts, listResources, listTemplates, listTools } from "./listings.ts";

const ERA = "2026-07-28";
/** How long a client may keep a list, in milliseconds. A changed role shows up at the latest then. */
const LIST_TTL_MS = 60_000;
/** Lists are by role, and so nobody else's. */
const LISTED = { ttlMs: LIST_TTL_MS, cacheScope: "private" as const };
/** An operation moves on, and a control is checked as it is read. */
const NOT_KEPT = { ttlMs: 0, cacheScope: "private" as const };

/** What the SDK tells a handler of a request, and what the token that it came with was granted. */
export interface ModernRequest {
  readonly mcpReq: ServerContext["mcpReq"];
  readonly granted: Granted;
}

/** A server for one request of a 2026-07-28 client. */
export function modernServer(host: LaneHost, granted: Granted): Server {
  const server = new Server(SERVER_INFO, { capabilities: CAPABILITIES, instructions: INSTRUCTIONS });
  server.setRequestHandler("tools/list", () => ({ tools: listTools(host), ...LISTED }));
  server.setRequestHandler("resources/list", () => ({ resources: listResources(host), ...LISTED }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: listTemplates(host),
    ...LISTED,
  }));
  server.setRequestHandler("prompts/list", () => ({ prompts: listPrompts(host), ...LISTED }));
  server.setRequestHandler("completion/complete", ({ params: { ref, argument } }) => {
    const completion = complete(host, ref, argument);
    if (completion !== null) return { completion };
    throw new ProtocolError(INVALID_PARAMS, "There is nothing of this name to complete.");
  });
  server.setRequestHandler("tools/call", ({ params }, { mcpReq }) =>
    callModernTool(host, params, { mcpReq, granted }),
  );
  server.setRequestHandler("resources/read", ({ params }, { mcpReq }) =>
    readModernResource(host, params, { mcpReq, granted }),
  );
  server.setRequestHandler("prompts/get", ({ params }, { mcpReq }) =>
    getModernPrompt(host, params, { mcpReq, granted }),
  );
  return server;
}

/** Answers `tools/call`, or asks the client's person where that is what the call waits for. */
export async function callModernTool(
  host: LaneHost,
  params: { name: string; arguments?: unknown },
  request: ModernRequest,
) {
  const call = laneCall("tools/call", params.name, params.arguments, request);
  const result = await host.call(call);
  if (isCallError(result)) throw failure(call, result);
  const answer = call.state === undefined ? null : confirmed(request.mcpReq.inputResponses?.[CONFIRM]);
  if (answer !== null && waitsForConfirmation(result)) {
    await host.confirm(result.operation.id, answer);
    return callResult(await host.call({ ...call, state: undefined }));
  }
  const elicitation = capabilitiesOf(request)?.elicitation;
  return ask(host, call, humanStep(result), elicitation) ?? callResult(result);
}

/** Answers `resources/read`. */
export async function readModernResource(host: LaneHost, { uri }: { uri: string }, request: ModernRequest) {
  const call = laneCall("resources/read", uri, undefined, request);
  const result = await host.call(call);
  if (result.status !== "ok") throw failure(call, result);
  return { ...resourceContents(uri, result), ...NOT_KEPT };
}

/** Answers `prompts/get`. */
export async function getModernPrompt(
  host: LaneHost,
  params: { name: string; arguments?: unknown },
  request: ModernRequest,
) {
  const call = laneCall("prompts/get", params.name, params.arguments, request);
  const result = await host.call(call);
  const prompt = promptMessages(result);
  if (prompt === null) throw failure(call, result);
  return prompt;
}

/** What the client has said that it can do, in this very request. */
export function capabilitiesOf({ mcpReq }: ModernRequest): ClientCapabilities | undefined {
  // The SDK has validated the envelope; its type just doesn't say what the keys hold.
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  return envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
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

function laneCall(
  method: LaneCall["method"],
  name: string,
  args: unknown,
  { mcpReq, granted }: ModernRequest,
): LaneCall {
  const token = mcpReq._meta?.progressToken;
  const listener: ProgressListener = (update) => {
    const params = { ...update, progressToken: token ?? "" };
    // A client that is gone hears nothing more; the call goes on without it.
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
  };
  const state = mcpReq.requestState<string>();
  const call = { method, name, args, meta: mcpReq._meta, granted, state };
  return token === undefined ? call : { ...call, listener };
}

function failure(call: LaneCall, result: Result): ProtocolError {
  const { code, message, data } = errorOf(call, result, ERA);
  return new ProtocolError(code, message, data);
}
