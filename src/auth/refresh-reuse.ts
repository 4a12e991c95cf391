import { createHash } from "node:crypto";
import { readBounded } from "../limits/bounded-body.ts";
import { authorizationServer, oauthApi } from "./provider.ts";
import { countRefusal } from "./refusals.ts";

/** More than any token request holds, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/** A refresh token that a client presents. The provider writes it as user, grant and secret. */
interface Presented {
  readonly user: string;
  readonly grant_id: string;
  /** What is kept of it: base64url(SHA-256). */
  readonly digest: string;
}

/**
 * `POST /oauth/token`, watched for refresh tokens that come back after their successor was used: then the token, or
 * its successor, is in two hands, and nobody can tell whose are the thief's. So both are out, and the person signs in
 * again (RFC 9700 section 4.14.2). The provider alone would only refuse the older one.
 *
 * A client that lost an answer and asks again isn't meant: until a successor is used, its predecessor still holds.
 */
export async function answerTokenRequest(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  const form = request.method === "POST" ? await readForm(request) : "";
  if (form === null) return tooLarge();
  const presented = presentedIn(form);
  const passed_on = request.method === "POST" ? new Request(request, { body: form }) : request;
  const answer = await authorizationServer(env).fetch(passed_on, env, ctx);
  if (presented === null) return answer;
  if (answer.ok) await env.PERSON.getByName(presented.user).refreshTokenUsed(presented.digest);
  else if (await isInvalidGrant(answer)) await endIfUsedBefore(env, presented);
  return answer;
}

/** The body, whatever is said of its length, or `null` if it is too long: nobody gets past the watch by its form. */
async function readForm(request: Request): Promise<string | null> {
  const bytes = await readBounded(request, MAX_FORM_BYTES);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function tooLarge(): Response {
  const error_description = `A token request has at most ${MAX_FORM_BYTES} bytes.`;
  return Response.json(
    { error: "invalid_request", error_description },
    { status: 413, headers: { "cache-control": "no-store" } },
  );
}

function presentedIn(body: string): Presented | null {
  const form = new URLSearchParams(body);
  const token = form.get("grant_type") === "refresh_token" ? form.get("refresh_token") : null;
  const [user, grant_id, secret, ...more] = token?.split(":") ?? [];
  if (!token || !user || !grant_id || !secret || more.length > 0) return null;
  return { user, grant_id, digest: createHash("sha256").update(token).digest("base64url") };
}

async function isInvalidGrant(answer: Response): Promise<boolean> {
  if (answer.status !== 400) return false;
  const body = (await answer.clone().json()) as { readonly error?: unknown };
  return body.error === "invalid_grant";
}

/** Looks for the grant first: a made-up token must not make a person's object. */
async function endIfUsedBefore(env: Env, { user, grant_id, digest }: Presented): Promise<void> {
  const { items } = await oauthApi(env).listUserGrants(user);
  const grant = items.find(({ id }) => id === grant_id);
  if (grant === undefined) return;
  const { session_id } = grant.metadata as { readonly session_id: string };
  if (!(await env.PERSON.getByName(user).refreshTokenReused(digest, session_id))) return;
  countRefusal({ category: "refresh-token-grant", reason: "reused" });
  await oauthApi(env).revokeGrant(grant_id, user);
}
