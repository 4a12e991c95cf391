import { rpcError } from "./rpc-error.ts";

/** Far above any call of ours, far below what could hurt the object. */
const MAX_BODY_BYTES = 1024 * 1024;
/**
 * What goes beyond a body's limit is read all the same, and dropped, up to here: a connection that is closed while
 * the client still sends loses the answer that says why.
 */
const MAX_READ_BYTES = 8 * MAX_BODY_BYTES;

/** A request's body, parsed once for whoever asks. */
export type Body =
  | { readonly ok: true; readonly parsed: unknown }
  | { readonly ok: false; readonly refusal: Response };

/** Reads and parses a POST's body. Other methods have none. */
export async function readBody(request: Request): Promise<Body> {
  if (request.method !== "POST") return { ok: true, parsed: undefined };
  const media_type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (media_type !== "application/json") {
    return refused(415, -32000, "The body must be sent as application/json.");
  }
  const bytes = await readBounded(request);
  if (bytes === null) return refused(413, -32000, `The body may have at most ${MAX_BODY_BYTES} bytes.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { ok: true, parsed: JSON.parse(text) };
  } catch {
    return refused(400, -32700, "The body isn't valid JSON in UTF-8.");
  }
}

async function readBounded(request: Request): Promise<Uint8Array | null> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > MAX_READ_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request.body ?? []) {
    total += chunk.byteLength;
    if (total > MAX_READ_BYTES) return null;
    if (total <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return total > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

/** A `tools/call`, as far as it can be told before the protocol has validated it. */
export interface ToolCall {
  readonly id: unknown;
  readonly name: string;
  readonly args: unknown;
  readonly meta: unknown;
}

/** The `tools/call` in a body, or `null`. A batch is none: only the older revisions have them. */
export function toolCallOf(parsed: unknown): ToolCall | null {
  if (!isRecord(parsed) || parsed.method !== "tools/call" || !isRecord(parsed.params)) return null;
  const { name, arguments: args, _meta: meta } = parsed.params;
  return typeof name === "string" ? { id: parsed.id, name, args, meta } : null;
}

/** The first malformed `tools/call` in a body, alone or in a batch, or `null`. */
export function malformedCallOf(parsed: unknown): ToolCall | null {
  // Not by recursion: a batch within a batch is no message, and may be nested as deep as a stack isn't.
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.map(malformed).find((call) => call !== null) ?? null;
}

/** A `tools/call` without a tool's name, or with arguments that aren't an object; `null` for anything else. */
function malformed(parsed: unknown): ToolCall | null {
  if (!isRecord(parsed) || parsed.method !== "tools/call" || parsed.id === undefined) return null;
  const { name, arguments: args, _meta: meta } = isRecord(parsed.params) ? parsed.params : {};
  if (typeof name === "string" && (args === undefined || isRecord(args))) return null;
  return { id: parsed.id, name: typeof name === "string" ? name : "", args, meta };
}

/** True if the body is a `tools/call`, or a batch of nothing else. */
export function isToolCall(parsed: unknown): boolean {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.length > 0 && messages.every((message) => toolCallOf(message) !== null);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(status: number, code: number, message: string): Body {
  return { ok: false, refusal: rpcError(status, code, message) };
}
