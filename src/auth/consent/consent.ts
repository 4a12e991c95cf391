/** Shows the consent page, and turns the person's answer to it into a grant or a refusal. */
import type { AuthRequest } from "@cloudflare/workers-oauth-provider";
import type { Env } from "../../bindings.ts";
import { isScope, type Scope } from "../../toolkit/scopes.ts";
import { authProblemPage } from "../page.tsx";
import { type GrantProps, oauthApi } from "../provider.ts";
import { countRefusal } from "../refusal-counter.ts";
import { clientName } from "../registration/client-name.ts";
import { openSignedIn, type SignedIn, sealSignedIn } from "../sign-in/signed-in.ts";
import { consentPage } from "./consent-page.tsx";
import { grantedScopes, type Offer, offerFor } from "./offer.ts";

/**
 * The consent page for a request whose person has signed in. `headers` are sent with it.
 * @throws CimdFetchError when the client's metadata document can't be had
 */
export async function askConsent(
  env: Env,
  asked: AuthRequest,
  signed_in: SignedIn,
  headers: Headers,
  nothing_ticked = false,
): Promise<Response> {
  const oauth = oauthApi(env);
  const client = await oauth.describeConsent(asked);
  const consent = await oauth.beginConsent(asked);
  for (const cookie of consent.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
  const view = {
    client,
    display: signed_in.display,
    offer: offerFor(asked.scope, signed_in.roles),
    handle: consent.handle,
    sign_in: sealSignedIn(env, consent.handle, signed_in),
    nothing_ticked,
  };
  return consentPage(view, headers);
}

/**
 * `POST /authorize`: the person allowed or denied. Anything but `decision=approve` denies.
 * @throws AuthorizationError when this browser didn't open the page, or it was answered or is too old
 */
export async function answerConsent(request: Request, env: Env): Promise<Response> {
  const form = await request.formData();
  const handle = text(form, "handle");
  const signed_in = openSignedIn(env, handle, text(form, "sign_in"));
  if (signed_in === null) {
    countRefusal({ category: "consent", reason: "sign_in_not_of_this_page" });
    return expired();
  }
  return text(form, "decision") === "approve"
    ? allow(request, env, handle, signed_in, form.getAll("scope").map(String))
    : deny(request, env, handle, signed_in);
}

async function allow(
  request: Request,
  env: Env,
  handle: string,
  signed_in: SignedIn,
  posted: readonly string[],
): Promise<Response> {
  const oauth = oauthApi(env);
  const { request: asked, headers } = await oauth.approveConsent(request, handle);
  const ticked = tickedOf(posted, offerFor(asked.scope, signed_in.roles));
  if (ticked === null) {
    countRefusal({ category: "consent", reason: "scope_not_offered" });
    return authProblemPage(400, "This wasn't offered", "Go back to the app and start again.", { headers });
  }
  if (ticked.length === 0) return askConsent(env, asked, signed_in, headers, true);

  const scope = grantedScopes(asked.scope, ticked);
  const { person, sign_in_id, subject, display } = signed_in;
  const consent = await env.PERSON.getByName(person).consent({
    ...(await clientOf(env, asked)),
    sign_in_id,
    scopes: scope,
  });
  if (!consent.ok) return expired(headers);
  const { session_id } = consent;
  // A published client is one app on several machines; a registered one is one machine's, or one profile's.
  const replaces = !URL.canParse(asked.clientId);
  const origin = { scopes: ticked, signed_in_at: Date.now(), replaces, ...whence(request) };
  const props: GrantProps = { v: 1, session_id, subject, display, person, origin };
  // KV shows metadata in the clear: the session's id finds the grant, and says nothing of the person.
  const metadata = { session_id };
  const grant = await oauth.completeAuthorization({
    request: asked,
    userId: person,
    metadata,
    scope,
    props,
    revokeExistingGrants: origin.replaces,
  });
  headers.set("Location", grant.redirectTo);
  return new Response(null, { status: 303, headers });
}

/** Where the browser is, as far as the platform says. */
function whence({ headers, cf }: Request): {
  readonly address: string | null;
  readonly place: string | null;
} {
  const { city, country } = (cf ?? {}) as { readonly city?: unknown; readonly country?: unknown };
  const named = [city, country].filter((part) => typeof part === "string" && part !== "");
  return {
    address: headers.get("cf-connecting-ip"),
    place: named.length === 0 ? null : named.join(", "),
  };
}

async function deny(request: Request, env: Env, handle: string, signed_in: SignedIn): Promise<Response> {
  const { request: asked, headers } = await oauthApi(env).denyConsent(request, handle);
  const { person, sign_in_id } = signed_in;
  await env.PERSON.getByName(person).deny({ ...(await clientOf(env, asked)), sign_in_id });
  return new Response(null, { status: 303, headers });
}

async function clientOf(env: Env, asked: AuthRequest) {
  const described = await oauthApi(env).describeConsent(asked);
  return { client_id: asked.clientId, client_name: clientName(described), redirect_uri: asked.redirectUri };
}

/** The scopes that were ticked, or `null` if one of them wasn't on the page. */
function tickedOf(posted: readonly string[], { asked, more }: Offer): Scope[] | null {
  const ticked = [...asked, ...more].filter((scope) => posted.includes(scope));
  const offered = posted.every((scope) => isScope(scope) && ticked.includes(scope));
  return offered ? ticked : null;
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

function expired(headers = new Headers()): Promise<Response> {
  const advice =
    "It was answered already, is older than ten minutes, or belongs to another browser. Go back to the app and start again.";
  return authProblemPage(400, "This page has expired", advice, { headers });
}
