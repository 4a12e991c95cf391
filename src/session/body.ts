/** Reads a request's body within its limit, and finds the call in it before the protocol has validated it. */
import { readBounded } from "../limits/bounded-body.ts";
import type { CallMethod } from "../path/ports.ts";
import { rpcError } from "./errors/rpc-error.ts";

/** Far above any call of ours, far below what could hurt the object. */
const MAX_BODY_BYTES = 1024 * 1024;

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
  const bytes = await readBounded(request, MAX_BODY_BYTES);
  if (bytes === null) return refused(413, -32000, `The body may have at most ${MAX_BODY_BYTES} bytes.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { ok: true, parsed: withoutNullArguments(JSON.parse(text)) };
  } catch {
    return refused(400, -32700, "The body isn't valid JSON in UTF-8.");
  }
}

/** `null` for arguments means none, as it does for each of them. The SDKs would refuse the call without our words. */
function withoutNullArguments(parsed: unknown): unknown {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  for (const message of messages) {
    if (!isRecord(message) || !isCallMethod(message.method) || !isRecord(message.params)) continue;
    if (message.params.arguments === null) delete message.params.arguments;
  }
  return parsed;
}

/** What the path answers, as a body asks for it: as far as it can be told before the protocol has validated it. */
export interface AskedCall {
  readonly id: unknown;
  readonly method: CallMethod;
  /** The tool's name, the resource's URI, or the prompt's name. */
  readonly name: string;
  readonly args: unknown;
  readonly meta: unknown;
}

/** What each method calls the thing that it asks for. */
const NAMED: Readonly<Record<CallMethod, "name" | "uri">> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** The call in a body, or `null`. A batch is none: only the older revisions have them. */
export function callOf(parsed: unknown): AskedCall | null {
  const asked = askedIn(parsed);
  return asked === null || asked.name === null ? null : { ...asked, name: asked.name };
}

/** The first malformed call in a body, alone or in a batch, or `null`. */
export function malformedCallOf(parsed: unknown): AskedCall | null {
  // Not by recursion: a batch within a batch is no message, and may be nested as deep as a stack isn't.
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.map(malformed).find((call) => call !== null) ?? null;
}

/**
 * A call without the name of what it asks for, with arguments that aren't an object, or with one called `__proto__`:
 * the SDKs would leave that out unseen, where every other unknown field is refused. `null` for anything else.
 */
function malformed(parsed: unknown): AskedCall | null {
  const asked = askedIn(parsed);
  if (asked === null || asked.id === undefined) return null;
  const { name, args, method } = asked;
  const wellFormed =
    args === undefined ||
    (isRecord(args) && !Object.hasOwn(args, "__proto__") && (method !== "prompts/get" || allTexts(args)));
  return name !== null && wellFormed ? null : { ...asked, name: name ?? "" };
}

/** True if the body is a call, or a batch of nothing else. */
export function isCall(parsed: unknown): boolean {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.length > 0 && messages.every((message) => callOf(message) !== null);
}

/** The id of the one message in a body, for an answer that is given before anything else is known of it. */
export function idOf(parsed: unknown): unknown {
  return isRecord(parsed) ? parsed.id : undefined;
}

/** The method that a body names; `null` for a batch, and where none is. */
export function methodOf(parsed: unknown): string | null {
  return isRecord(parsed) && typeof parsed.method === "string" ? parsed.method : null;
}

/** True if a call in a body, alone or in a batch, has a `_meta` that the protocol doesn't know. */
export function hasMalformedMeta(parsed: unknown): boolean {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.some((message) => {
    const meta = askedIn(message)?.meta;
    if (meta === undefined) return false;
    return !isRecord(meta) || !["undefined", "string", "number"].includes(typeof meta.progressToken);
  });
}

function askedIn(parsed: unknown): (Omit<AskedCall, "name"> & { readonly name: string | null }) | null {
  if (!isRecord(parsed) || !isCallMethod(parsed.method)) return null;
  const { id, method } = parsed;
  const params = isRecord(parsed.params) ? parsed.params : {};
  const name = params[NAMED[method]];
  const args = method === "resources/read" ? undefined : params.arguments;
  return { id, method, name: typeof name === "string" ? name : null, args, meta: params._meta };
}

function isCallMethod(method: unknown): method is CallMethod {
  return typeof method === "string" && Object.hasOwn(NAMED, method);
}

/** The protocol knows no other arguments of prompts. */
function allTexts(args: Record<string, unknown>): boolean {
  return Object.values(args).every((value) => typeof value === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(status: number, code: number, message: string): Body {
  return { ok: false, refusal: rpcError(status, code, message) };
}
