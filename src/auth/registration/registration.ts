/**
 * `POST /oauth/register` (RFC 7591), bounded: anybody may register, and what they send is kept for months. The
 * provider judges what the fields mean. This judges how much of them there is.
 */
import type { Env } from "../../bindings.ts";
import { readBounded } from "../../limits/bounded-body.ts";
import { authorizationServer } from "../provider.ts";
import { countRefusal } from "../refusal-counter.ts";
import { mayGetCodes } from "./redirect-uris.ts";

const MAX_BODY_BYTES = 16 * 1024;
const MAX_FIELDS = 64;
/** Of redirect URIs, contacts and the like. */
const MAX_ITEMS = 20;
/** Of a URL or any other text, in characters. */
const MAX_TEXT = 2_048;
/** Of the client's name, in any language, in characters. */
const MAX_NAME = 200;

/** The grant types of this server. What else a client lists, it can't use here. */
const GRANT_TYPES: readonly unknown[] = ["authorization_code", "refresh_token"];

/**
 * Registers a client, if its request is small enough to keep and leads somewhere. Grant types that aren't known here
 * are left out, as RFC 7591 allows: clients list all that they could use anywhere. `scope` is echoed.
 */
export async function registerClient(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const server = authorizationServer(env);
  if (request.method !== "POST") return server.fetch(request, env, ctx);
  const bytes = await readBounded(request, MAX_BODY_BYTES);
  if (bytes === null) {
    const description = `A registration has at most ${MAX_BODY_BYTES} bytes.`;
    return refused(413, { error: "invalid_client_metadata", reason: "body_too_long", description });
  }
  const text = new TextDecoder().decode(bytes);
  const metadata = objectIn(text);
  const problem = boundProblem(metadata) ?? callbackProblem(metadata);
  if (problem !== null) return refused(400, problem);
  const known = knownGrantTypes(metadata);
  const body = known === null ? text : JSON.stringify({ ...metadata, grant_types: known });
  const answer = await server.fetch(new Request(request, { body }), env, ctx);
  const { scope } = metadata;
  if (answer.status !== 201 || typeof scope !== "string") return answer;
  return Response.json({ ...(await answer.json<object>()), scope }, { status: 201, headers: answer.headers });
}

/** The known ones of the grant types that a client lists, or `null` where there is nothing to leave out. */
function knownGrantTypes({ grant_types }: Metadata): unknown[] | null {
  if (!Array.isArray(grant_types)) return null;
  const known = grant_types.filter((type) => GRANT_TYPES.includes(type));
  return known.length === 0 || known.length === grant_types.length ? null : known;
}

/** What a client says of itself. Nothing of it is known to be of any form. */
type Metadata = Readonly<Record<string, unknown>>;

interface Problem {
  /** A code of RFC 7591 section 3.2.2. */
  readonly error: "invalid_client_metadata" | "invalid_redirect_uri";
  /** For the count of refusals. */
  readonly reason: "body_too_long" | "field_too_long" | "no_callback";
  readonly description: string;
}

/** The first field that is too much, or `null`. A body that is no JSON object is the provider's to refuse. */
function boundProblem(metadata: Metadata): Problem | null {
  const fields = Object.entries(metadata);
  const reason = "field_too_long";
  if (fields.length > MAX_FIELDS) {
    const description = `A registration has at most ${MAX_FIELDS} fields.`;
    return { error: "invalid_client_metadata", reason, description };
  }
  for (const [name, value] of fields) {
    const description = fieldProblem(name, value);
    if (description === null) continue;
    const error = name === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata";
    return { error, reason, description };
  }
  return null;
}

/** A client may list callbacks that get no code here, but not those alone. What isn't a list is the provider's to refuse. */
function callbackProblem({ redirect_uris }: Metadata): Problem | null {
  if (!Array.isArray(redirect_uris) || redirect_uris.length === 0) return null;
  if (redirect_uris.some((uri) => typeof uri === "string" && mayGetCodes(uri))) return null;
  return {
    error: "invalid_redirect_uri",
    reason: "no_callback",
    description:
      "One of redirect_uris must use https, or http on a loopback host. Private schemes get codes only where they are known here.",
  };
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

function objectIn(body: string): Metadata {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Metadata) : {};
  } catch {
    return {};
  }
}

function refused(status: number, { error, reason, description: error_description }: Problem): Response {
  countRefusal({ category: "client-registration", reason });
  return Response.json({ error, error_description }, { status, headers: { "cache-control": "no-store" } });
}
