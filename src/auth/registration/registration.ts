/**
 * `POST /oauth/register` (RFC 7591), bounded: anybody may register, and what they send is kept for months. The
 * provider judges what the fields mean. This judges how much of them there is.
 */
import { readBounded } from "../../limits/bounded-body.ts";
import { authorizationServer } from "../provider.ts";
import { countRefusal } from "../refusal-counter.ts";

const MAX_BODY_BYTES = 16 * 1024;
const MAX_FIELDS = 64;
/** Of redirect URIs, contacts and the like. */
const MAX_ITEMS = 20;
/** Of a URL or any other text, in characters. */
const MAX_TEXT = 2_048;
/** Of the client's name, in any language, in characters. */
const MAX_NAME = 200;

/** Registers a client, if its request is small enough to keep. */
export async function registerClient(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const server = authorizationServer(env);
  if (request.method !== "POST") return server.fetch(request, env, ctx);
  const bytes = await readBounded(request, MAX_BODY_BYTES);
  if (bytes === null) {
    return refused(413, "invalid_client_metadata", `A registration has at most ${MAX_BODY_BYTES} bytes.`);
  }
  const body = new TextDecoder().decode(bytes);
  const problem = boundProblem(body);
  if (problem !== null) return refused(400, problem.error, problem.description);
  return server.fetch(new Request(request, { body }), env, ctx);
}

interface Problem {
  /** A code of RFC 7591 section 3.2.2. */
  readonly error: "invalid_client_metadata" | "invalid_redirect_uri";
  readonly description: string;
}

/** The first field that is too much, or `null`. A body that is no JSON object is the provider's to refuse. */
function boundProblem(body: string): Problem | null {
  const fields = Object.entries(objectIn(body));
  if (fields.length > MAX_FIELDS) {
    return {
      error: "invalid_client_metadata",
      description: `A registration has at most ${MAX_FIELDS} fields.`,
    };
  }
  for (const [name, value] of fields) {
    const description = fieldProblem(name, value);
    if (description === null) continue;
    return {
      error: name === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata",
      description,
    };
  }
  return null;
}

function fieldProblem(field: string, value: unknown): string | null {
  // A name in another language is a field of its own: `client_name#de` (RFC 7591 section 2.2).
  const [name = ""] = field.split("#");
  const longest = name === "client_name" ? MAX_NAME : MAX_TEXT;
  if (Array.isArray(value) && value.length > MAX_ITEMS) return `${name} has at most ${MAX_ITEMS} items.`;
  const texts = [field, value].flat().filter((text) => typeof text === "string");
  return texts.some((text) => text.length > longest)
    ? `A text in ${name.slice(0, MAX_NAME)} has at most ${longest} characters.`
    : null;
}

function objectIn(body: string): object {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function refused(status: number, error: Problem["error"], error_description: string): Response {
  countRefusal({
    category: "client-registration",
    reason: status === 413 ? "body_too_long" : "field_too_long",
  });
  return Response.json({ error, error_description }, { status, headers: { "cache-control": "no-store" } });
}
