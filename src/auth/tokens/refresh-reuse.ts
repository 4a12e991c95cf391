/**
 * Answers token requests so that one refresh token has one successor, and a grant ends when an old token
 * comes back.
 */
import type { Env } from "../../bindings.ts";
import { readBounded } from "../../limits/bounded-body.ts";
import { authorizationServer, oauthApi } from "../provider.ts";
import { countRefusal } from "../refusal-counter.ts";
import { ClientDocument, withClientDocument } from "../registration/client-document.ts";
import {
  duringTokenRequest,
  type PresentedRefresh,
  partsOf,
  sealAnswer,
  type TokenParts,
  type TokenRequest,
  tokenDigest,
} from "./token-request.ts";

/** More than any token request holds, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

const NO_STORE = { "cache-control": "no-store" } as const;

/** What a client is told to wait before it asks again, in seconds. */
const RETRY_AFTER_S = "5";

/** How the provider refuses a token that its own store doesn't show, or not yet. */
const NOT_FOUND: ReadonlySet<string> = new Set(["grant_not_found", "refresh_token_mismatch"]);

/**
 * `POST /oauth/token`. A refresh belongs to its grant:
 *
 * - Requests with the same token at the same time, or within a minute, get the same successor.
 * - A token whose successor was used is old. When it comes back, it or its successor is in two hands: its grant ends, and
 *   the person signs in again there (RFC 9700 section 4.14.2). The provider alone would only refuse it.
 * - A client that lost an answer and asks again isn't meant: until a successor is used, its predecessor still holds.
 * - The provider's store lags. A token that is known to be the current one isn't refused for good.
 */
export async function answerTokenRequest(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  const body = request.method === "POST" ? await readForm(request) : "";
  if (body === null) return tooLarge();
  const form = new URLSearchParams(body);
  const passed_on = request.method === "POST" ? new Request(request, { body }) : request;
  const asked: TokenRequest = { presented: presentedIn(form), leads: false, answer: null, refusal: null };
  const revoked = revokedBy(form);
  const existed = revoked !== null && (await isGrant(env, revoked));
  const document = new ClientDocument(env, true);
  const answer = await withClientDocument(document, () =>
    duringTokenRequest(asked, () => authorizationServer(env).fetch(passed_on, env, ctx)),
  );
  if (document.unreachable && answer.status === 401) return unreachable();
  if (answer.ok && form.has("grant_type")) await document.keep(form.get("client_id") ?? "");
  if (asked.answer !== null) return issued(asked.answer);
  if (revoked !== null) await noteRevocation(env, revoked, existed);
  else if (form.get("grant_type") === "authorization_code") await afterCode(env, form, answer, asked);
  else if (asked.presented !== null) return await afterRefresh(env, answer, asked, asked.presented);
  return answer;
}

async function afterRefresh(
  env: Env,
  answer: Response,
  { leads, refusal }: TokenRequest,
  { token, user, grant_id, digest }: PresentedRefresh,
): Promise<Response> {
  if (leads) {
    const exchanged = answer.ok ? await answer.clone().text() : null;
    const exchange = exchanged && {
      grant_id,
      digest,
      successor: tokenDigest(refreshTokenIn(exchanged)),
      sealed: sealAnswer(env, token, exchanged),
    };
    await env.PERSON.getByName(user).refreshTokenExchanged(digest, exchange || null);
    return answer;
  }
  if (!NOT_FOUND.has(refusal?.reason ?? "") || !(await isPerson(env, user))) return answer;
  switch (await env.PERSON.getByName(user).unknownRefreshToken(grant_id, digest)) {
    case "current":
      return notYet();
    case "reused":
      countRefusal({ category: "refresh-token-grant", reason: "reused" });
      await oauthApi(env).revokeGrant(grant_id, user);
      return answer;
    case "unknown":
      return answer;
  }
}

/** The body, whatever is said of its length, or `null` if it is too long: nobody gets past the watch by its form. */
async function readForm(request: Request): Promise<string | null> {
  const bytes = await readBounded(request, MAX_FORM_BYTES);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function tooLarge(): Response {
  const error_description = `A token request has at most ${MAX_FORM_BYTES} bytes.`;
  return Response.json({ error: "invalid_request", error_description }, { status: 413, headers: NO_STORE });
}

function presentedIn(form: URLSearchParams): PresentedRefresh | null {
  const token = form.get("grant_type") === "refresh_token" ? form.get("refresh_token") : null;
  const parts = partsOf(token ?? "");
  return token === null || parts === null ? null : { ...parts, token, digest: tokenDigest(token) };
}

/** The grant whose token a client revokes (RFC 7009), or `null`. */
function revokedBy(form: URLSearchParams): TokenParts | null {
  return form.has("grant_type") ? null : partsOf(form.get("token") ?? "");
}

/** The provider has ended the grant if it was a refresh token, and the client's own: then it holds at once. */
async function noteRevocation(env: Env, grant: TokenParts, existed: boolean): Promise<void> {
  if (!existed || (await isGrant(env, grant))) return;
  await env.PERSON.getByName(grant.user).endGrant(grant.grant_id, "revoked_by_client");
}

async function afterCode(
  env: Env,
  form: URLSearchParams,
  answer: Response,
  { refusal }: TokenRequest,
): Promise<void> {
  if (answer.ok) return noteFirstToken(env, answer);
  const grant = partsOf(form.get("code") ?? "");
  // The code is genuine, and the provider has ended what it led to.
  if (grant === null || refusal?.reason !== "code_replayed") return;
  await env.PERSON.getByName(grant.user).endGrant(grant.grant_id, "code_reused");
}

async function noteFirstToken(env: Env, answer: Response): Promise<void> {
  const token = refreshTokenIn(await answer.clone().text());
  const parts = partsOf(token);
  if (parts === null) return;
  await env.PERSON.getByName(parts.user).refreshTokenIssued(parts.grant_id, tokenDigest(token));
}

function refreshTokenIn(body: string): string {
  const { refresh_token = "" } = JSON.parse(body) as { readonly refresh_token?: string };
  return refresh_token;
}

async function isGrant(env: Env, { user, grant_id }: TokenParts): Promise<boolean> {
  return (await env.OAUTH_KV.get(`grant:${user}:${grant_id}`)) !== null;
}

/** Whether the provider's store knows anything of a user: a made-up token must not make a person's object. */
async function isPerson(env: Env, user: string): Promise<boolean> {
  const lists = ["grant", "token"].map((kind) => env.OAUTH_KV.list({ prefix: `${kind}:${user}:`, limit: 1 }));
  return (await Promise.all(lists)).some(({ keys }) => keys.length > 0);
}

function issued(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json", ...NO_STORE } });
}

function unreachable(): Response {
  return later("What this client publishes about itself could not be fetched.");
}

function notYet(): Response {
  return later("This token is so new that it isn't known everywhere yet.");
}

function later(why: string): Response {
  const body = { error: "temporarily_unavailable", error_description: `${why} Nothing is lost: try again.` };
  return Response.json(body, { status: 503, headers: { "retry-after": RETRY_AFTER_S, ...NO_STORE } });
}
