/**
 * Sends a person to the identity provider when a client asks for access, and takes them to the consent page
 * afterwards.
 */
import { AuthorizationError, authorizationErrorRedirect } from "@cloudflare/workers-oauth-provider";
import type { Env } from "../../bindings.ts";
import { log, reasonOf } from "../../observe/log.ts";
import { admit, turnedAway } from "../admission.ts";
import { askConsent } from "../consent/consent.ts";
import { asksForNothingKnown } from "../consent/offer.ts";
import { authProblemPage } from "../page.tsx";
import { oauthApi } from "../provider.ts";
import { countRefusal } from "../refusal-counter.ts";
import { mayGetCodes } from "../registration/redirect-uris.ts";
import { identityProvider } from "./discovery.ts";
import { finishSignIn, newChecks, type SignInChecks, signInUrl, wishIn } from "./identity-provider.ts";
import { readRolePolicy } from "./roles.ts";

/**
 * `GET /authorize`: a client wants access, so the person signs in.
 *
 * Sign-in comes before consent, because the page may only offer what the person's role allows. The confused
 * deputy that the reverse order guards against needs a sign-in that can end in a code without a consent page;
 * here no code is ever issued without one. The state that goes to the identity provider is bound to this
 * browser, so that nobody can be made to finish a sign-in that somebody else began.
 * @throws AuthorizationError, CimdFetchError
 */
export async function beginSignIn(request: Request, env: Env): Promise<Response> {
  const oauth = oauthApi(env);
  const asked = await oauth.parseAuthRequest(request);
  const { redirectUri, state: client_state, issuer } = asked;
  if (!mayGetCodes(redirectUri))
    throw new AuthorizationError("invalid_request", { description: "Invalid redirect URI" });
  const refuse = (code: "invalid_request" | "invalid_scope", description: string) =>
    new AuthorizationError(code, {
      description,
      redirectUri,
      state: client_state,
      ...(issuer === undefined ? {} : { issuer }),
    });
  // The provider lets confidential clients go without; OAuth 2.1 doesn't.
  if (asked.codeChallenge === undefined)
    throw refuse("invalid_request", "code_challenge is required (PKCE, S256)");
  if (asksForNothingKnown(asked.scope)) throw refuse("invalid_scope", "None of these scopes exists here");
  try {
    // Before anything is stored for a sign-in that can't begin.
    await identityProvider(env);
  } catch (thrown) {
    return unavailable(reasonOf(thrown));
  }
  const checks = newChecks();
  const { state, headers } = await oauth.beginUpstream(asked, { data: checks });
  headers.set(
    "Location",
    (await signInUrl(env, state, checks, wishIn(new URL(request.url).searchParams))).href,
  );
  return new Response(null, { status: 302, headers });
}

/**
 * `GET /auth/callback`: the identity provider sent the person back.
 * @throws AuthorizationError when this browser didn't begin the sign-in, or it was finished or is too old
 */
export async function resumeSignIn(request: Request, env: Env): Promise<Response> {
  const { request: asked, data: checks, headers } = await oauthApi(env).finishUpstream<SignInChecks>(request);
  const back = authorizationErrorRedirect(asked, "access_denied");
  const read = readRolePolicy(env.ROLE_POLICY);
  if (!read.ok) return unavailable(read.problems.join("; "), headers);

  const signed = await finishSignIn(env, new URL(request.url).searchParams, checks, read.policy.claim);
  switch (signed.answer) {
    case "signed_in":
      break;
    case "declined":
      headers.set("Location", back);
      return new Response(null, { status: 303, headers });
    case "invalid":
      countRefusal({ category: "sign-in", reason: signed.why });
      return authProblemPage(
        400,
        "Sign-in failed",
        "Your identity provider's answer could not be verified. Go back to the app and start again.",
        { headers, back },
      );
    case "unavailable":
      return unavailable(signed.why, headers);
  }

  const admission = await admit(env, signed.identity, read.policy, asked.clientId);
  return admission.ok
    ? askConsent(env, asked, admission.signed_in, headers)
    : turnedAway(admission, { headers, back });
}

function unavailable(why: string, headers = new Headers()): Promise<Response> {
  log("error", "sign_in_unavailable", { reason: why });
  headers.set("Retry-After", "30");
  const advice =
    "Your organisation's identity provider can't be reached. Go back to the app and try again in a minute.";
  return authProblemPage(503, "Sign-in is unavailable", advice, { headers });
}
