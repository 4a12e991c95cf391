/** What both protocol lanes share: the tools a caller sees, and how a result becomes MCP. */
import { TOOLS } from "../catalogue.ts";
import { asText, isError, type Result } from "../path/answer.ts";
import { inputJsonSchema } from "../path/input.ts";
import { type Role, scopesOfRoles } from "../path/scopes.ts";
import type { JsonObject, Tool } from "../path/tool.ts";

/** How this server names itself to clients. */
export const SERVER_INFO = { name: "sallyport", title: "Sallyport", version: "0.1.0" } as const;

/** What a client's model should know before it calls anything. */
export const INSTRUCTIONS =
  "Security tools, called as the person who signed in. Read structuredContent: status ok, not_found, " +
  "pending_approval or error. coverage says whether an answer is whole; an incomplete one proves no absence. " +
  "State changes are safe to repeat: the same call returns the prior result and says replayed. After " +
  "outcome_unknown ask get_operation instead of trying another way.";

/** What the lanes need of the session object. */
export interface LaneHost {
  /** The roles of whoever the session belongs to, as they stand now. */
  readonly roles: readonly Role[];
  /** False for what this instance can't answer, because it doesn't use the vendors that it asks. */
  offers(tool: Tool): boolean;
  /** Walks one call down the path. */
  call(call: LaneCall): Promise<Result>;
  /** Seals what a 2026-07-28 client carries through a round with its person, to resume this very call. */
  seal(call: LaneCall, operation_id: string): string;
  /** The person's word on what they asked for themselves. */
  confirm(operation_id: string, yes: boolean): Promise<void>;
}

/** One `tools/call`, as a lane received it. */
export interface LaneCall {
  readonly tool: string;
  readonly args: unknown;
  readonly meta: unknown;
  /** The scopes of the token that it came with. */
  readonly scopes: readonly string[];
  /** The state that the client was given in an earlier round. */
  readonly state?: string | undefined;
}

/** One entry of `tools/list`. */
export interface ToolListing {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: "object"; [key: string]: unknown };
  annotations: Tool["annotations"];
}

const listings = new WeakMap<Tool, ToolListing>();

/** The tools that a role may use, of those offered. By role, not by token: a client must see a tool in order to step up. */
export function listTools({ roles, offers }: Pick<LaneHost, "roles" | "offers">): ToolListing[] {
  const allowed: readonly string[] = scopesOfRoles(roles);
  return TOOLS.filter(
    (tool) => (tool.scope === "any" ? allowed.length > 0 : allowed.includes(tool.scope)) && offers(tool),
  ).map(listing);
}

function listing(tool: Tool): ToolListing {
  const known = listings.get(tool);
  if (known !== undefined) return known;
  const { name, title, description, annotations } = tool;
  const inputSchema = { ...inputJsonSchema(tool), type: "object" as const };
  const made = { name, title, description, inputSchema, annotations };
  listings.set(tool, made);
  return made;
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

/** JSON-RPC's code for an unknown tool, by both revisions of the protocol. */
export const INVALID_PARAMS = -32602;

/** The error of a call to a tool that doesn't exist: the only failure that isn't a tool result. */
export function unknownToolError(result: Result): { message: string; data: JsonObject } | null {
  if (result.status !== "error" || result.error.code !== "unknown_tool") return null;
  return { message: result.error.message, data: result as unknown as JsonObject };
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The W3C trace id in a request's `_meta`, or `null`. */
export function traceIdOf(meta: unknown): string | null {
  if (typeof meta !== "object" || meta === null || !("traceparent" in meta)) return null;
  return typeof meta.traceparent === "string" ? (TRACEPARENT.exec(meta.traceparent)?.[1] ?? null) : null;
}
