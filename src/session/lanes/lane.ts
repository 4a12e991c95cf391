/** What both protocol lanes share: what they need of the session, and how a result becomes MCP. */

import type { Catalogue } from "../../catalogue/catalogue.ts";
import { PromptText } from "../../catalogue/prompts/prompt.ts";
import { asText, isError, type Result } from "../../path/answer.ts";
import type { Call } from "../../path/ports.ts";
import { REQUEST_STATE } from "../../path/refusals.ts";
import type { ProgressListener } from "../../toolkit/progress.ts";
import type { Role } from "../../toolkit/scopes.ts";
import { plainJson } from "../../toolkit/text/hidden.ts";
import type { Tool } from "../../toolkit/tool.ts";
import type { Granted } from "../granted.ts";
import { RESOURCE_TYPE } from "./listings.ts";

/** How this server names itself to clients. */
export const SERVER_INFO = { name: "sallyport", title: "Sallyport", version: "0.2.0" } as const;

/**
 * What both servers can do. Every list is by role, and a role can change. Neither promises `resources.subscribe`:
 * nothing tells the session how somebody else's decision moves an operation.
 */
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { listChanged: true },
  prompts: { listChanged: true },
  completions: {},
};

/** What the lanes need of the session object. */
export interface LaneHost {
  /** The roles of whoever the session belongs to, as they stand now. */
  readonly roles: readonly Role[];
  readonly catalogue: Catalogue;
  /** False for what this instance can't answer, because it doesn't use the vendors that it asks. */
  offers(tool: Tool): boolean;
  /** Walks one call down the path. */
  call(call: LaneCall): Promise<Result>;
  /** Seals what a 2026-07-28 client carries through a round with its person, to resume this very call. */
  seal(call: LaneCall, operation_id: string): string;
  /** The person's word on what they asked for themselves. */
  confirm(operation_id: string, yes: boolean): Promise<void>;
}

/** One call, as a lane received it. */
export interface LaneCall extends Pick<Call, "method" | "name" | "args"> {
  readonly meta: unknown;
  /** Hears how far it is, if the client asked to. */
  readonly listener?: ProgressListener | undefined;
  /** What the token that it came with was granted. */
  readonly granted: Granted;
  /** The state that the client was given in an earlier round. */
  readonly state?: string | undefined;
  /** The grant of that token has ended. */
  readonly ended?: true;
}

/** A result as MCP's `CallToolResult`. */
export interface CallResult {
  [key: string]: unknown;
  content: { type: "text"; text: string }[];
  structuredContent: Record<string, unknown>;
  isError?: boolean;
}

/** The MCP form of a result: the JSON, and the same as text for clients that read only text. */
export function callResult(result: Result): CallResult {
  return {
    content: [{ type: "text", text: asText(result) }],
    structuredContent: result as unknown as Record<string, unknown>,
    ...(isError(result) ? { isError: true } : {}),
  };
}

/** True for the failures of a `tools/call` that aren't tool results: nothing was called, or not by this client. */
export function isCallError(result: Result): boolean {
  if (result.status !== "error" || result.error.kind !== "invalid_request") return false;
  const { code, issues = [] } = result.error;
  return code === "unknown_tool" || issues.some(({ path }) => path === REQUEST_STATE);
}

/** What a resource holds: the result, as `structuredContent` has it. */
export function resourceContents(uri: string, result: Result) {
  return { contents: [{ uri, mimeType: RESOURCE_TYPE, text: plainJson(JSON.stringify(result)) }] };
}

/** A prompt, as the path found it, or `null` if `result` is none. */
export function promptMessages(result: Result) {
  const found = result.status === "ok" ? PromptText.safeParse(result.data) : null;
  if (found === null || !found.success) return null;
  const content = { type: "text" as const, text: found.data.text };
  return { messages: [{ role: "user" as const, content }] };
}
