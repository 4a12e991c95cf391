/**
 * Handles the methods of the 2025-11-25 protocol, and asks the client's person where a call waits for them.
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  type CallToolRequest,
  CallToolRequestSchema,
  CompleteRequestSchema,
  ElicitResultSchema,
  type GetPromptRequest,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  type ReadResourceRequest,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
  UrlElicitationRequiredError,
} from "@modelcontextprotocol/sdk/types.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";
import type { ProgressListener } from "../../toolkit/progress.ts";
import { errorOf } from "../errors/call-error.ts";
import { INVALID_PARAMS } from "../errors/rpc-error.ts";
import { grantedIn } from "../granted.ts";
import { CONFIRMATION_FORM, confirmed, humanStep } from "../human-step.ts";
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

const ERA = "2025-11-25";
/** How long a person may take over a confirmation before the call answers without it, in milliseconds. */
const CONFIRM_PATIENCE_MS = 120_000;

/** What the SDK tells a handler of a request. */
export type LegacyRequest = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A server for one protocol session of a 2025-era client. */
export function legacyServer(host: LaneHost): Server {
  const server = new Server(SERVER_INFO, {
    capabilities: CAPABILITIES,
    instructions: INSTRUCTIONS,
    // The default validator generates code, which workerd forbids. This one is there for the other lane anyway.
    jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
  });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools(host) }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: listResources(host) }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: listTemplates(host),
  }));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listPrompts(host) }));
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument } }) => {
    const completion = complete(host, ref, argument);
    if (completion === null) throw rpcFailure(INVALID_PARAMS, "There is nothing of this name to complete.");
    return { completion };
  });
  server.setRequestHandler(CallToolRequestSchema, (asked, request) =>
    callLegacyTool(host, server, asked, request),
  );
  server.setRequestHandler(ReadResourceRequestSchema, (asked, request) =>
    readLegacyResource(host, asked, request),
  );
  server.setRequestHandler(GetPromptRequestSchema, (asked, request) => getLegacyPrompt(host, asked, request));
  return server;
}

/** Answers `tools/call`, asking the client's person where that is what the call waits for. */
export async function callLegacyTool(
  host: LaneHost,
  server: Server,
  { params }: CallToolRequest,
  request: LegacyRequest,
) {
  const call = laneCall("tools/call", params.name, params.arguments, request);
  const result = await host.call(call);
  if (isCallError(result)) throw failure(call, result);
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
  const answer = await request
    .sendRequest({ method: "elicitation/create", params: form }, ElicitResultSchema, {
      timeout: CONFIRM_PATIENCE_MS,
    })
    .catch(() => null);
  const yes = confirmed(answer);
  if (yes === null) return callResult(result);
  await host.confirm(step.operation_id, yes);
  return callResult(await host.call(call));
}

/** Answers `resources/read`. */
export async function readLegacyResource(
  host: LaneHost,
  { params }: ReadResourceRequest,
  request: LegacyRequest,
) {
  const call = laneCall("resources/read", params.uri, undefined, request);
  const result = await host.call(call);
  if (result.status !== "ok") throw failure(call, result);
  return resourceContents(params.uri, result);
}

/** Answers `prompts/get`. */
export async function getLegacyPrompt(host: LaneHost, { params }: GetPromptRequest, request: LegacyRequest) {
  const call = laneCall("prompts/get", params.name, params.arguments, request);
  const result = await host.call(call);
  const prompt = promptMessages(result);
  if (prompt === null) throw failure(call, result);
  return prompt;
}

function laneCall(
  method: LaneCall["method"],
  name: string,
  args: unknown,
  { authInfo, _meta: meta, sendNotification }: LegacyRequest,
): LaneCall {
  const token = meta?.progressToken;
  const listener: ProgressListener = (update) => {
    const params = { ...update, progressToken: token ?? "" };
    // A client that is gone hears nothing more; the call goes on without it.
    sendNotification({ method: "notifications/progress", params }).catch(() => undefined);
  };
  const granted = grantedIn(authInfo);
  return { method, name, args, meta, granted, listener: token === undefined ? undefined : listener };
}

function failure(call: LaneCall, result: Parameters<typeof errorOf>[1]): Error {
  const { code, message, data } = errorOf(call, result, ERA);
  return rpcFailure(code, message, data);
}

/** Not the SDK's McpError: it would put its own name and the code into the message. */
function rpcFailure(code: number, message: string, data?: unknown): Error {
  return Object.assign(new Error(message), { code, ...(data === undefined ? {} : { data }) });
}
