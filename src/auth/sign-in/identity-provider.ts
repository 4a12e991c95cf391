/**
 * Talks OpenID Connect with the identity provider: begins and finishes sign-ins, renews them, and reads
 * claims.
 */
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  refreshTokenGrant,
} from "openid-client";
import type { Env } from "../../bindings.ts";
import { reasonOf } from "../../observe/log.ts";
import { callbackUrl } from "../public-url.ts";
import { identityProvider } from "./discovery.ts";
import type { Claims } from "./roles.ts";

/** What ties the provider's answer to the request that was sent. Secret: it stays on this side. */
export interface SignInChecks {
  readonly nonce: string;
  readonly verifier: string;
}

/** A human, as the identity provider vouched for them just now. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** For people's eyes only; never an identity. */
  readonly display: string;
  readonly claims: Claims;
  /** `null` if the provider gave none: then the sign-in can't outlive the first access token. */
  readonly refresh_token: string | null;
}

/** How a sign-in at the provider ended. `why` is for the log. */
export type SignInAnswer =
  | { readonly answer: "signed_in"; readonly identity: Identity }
  /** The provider, or the person there, said no. */
  | { readonly answer: "declined"; readonly why: string }
  /** The answer doesn't prove anything: a used code, another nonce, claims that don't hold. */
  | { readonly answer: "invalid"; readonly why: string }
  | { readonly answer: "unavailable"; readonly why: string };

/** What the provider says of a sign-in that it vouched for earlier. `why` is for the log and the audit. */
export type RefreshAnswer =
  | { readonly answer: "stands"; readonly tokens: UpstreamTokens }
  | { readonly answer: "refused"; readonly why: string }
  | { readonly answer: "unavailable"; readonly why: string };

/** What a refresh returned. */
export interface UpstreamTokens {
  readonly access_token: string;
  readonly refresh_token: string | null;
  readonly id_claims: Claims | null;
}

/** New secrets for one sign-in. */
export function newChecks(): SignInChecks {
  return { nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
}

/** What the provider is asked about how somebody signs in (OpenID Connect Core section 3.1.2.1). */
export interface SignInWish {
  readonly prompt?: "none" | "login" | "select_account";
  readonly login_hint?: string;
}

/** Longer ones name nobody. */
const LONGEST_HINT = 320;

/**
 * What a client wishes of the sign-in, so that somebody's second account can sign in. `none` isn't a client's to ask:
 * the person has to be able to say no.
 */
export function wishIn(asked: URLSearchParams): SignInWish {
  const prompts = (asked.get("prompt") ?? "").split(" ");
  const prompt = (["select_account", "login"] as const).find((known) => prompts.includes(known));
  const login_hint = asked.get("login_hint") ?? "";
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(login_hint === "" || login_hint.length > LONGEST_HINT ? {} : { login_hint }),
  };
}

/**
 * Where to send the browser to sign in: code flow with PKCE, nonce and `state`.
 * @param prompt OpenID Connect's: `none` has the provider answer without a page, or refuse
 * @throws whatever openid-client throws when the provider can't be reached
 */
export async function signInUrl(
  env: Env,
  state: string,
  { nonce, verifier }: SignInChecks,
  wish: SignInWish = {},
): Promise<URL> {
  return buildAuthorizationUrl(await identityProvider(env), {
    redirect_uri: callbackUrl(env),
    scope: env.OIDC_SCOPES,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...wish,
  });
}

/**
 * Redeems the answer that the provider sent the browser back with.
 * @param claim the claim that the caller needs, wherever the provider puts it
 */
export async function finishSignIn(
  env: Env,
  answer: URLSearchParams,
  { nonce, verifier }: SignInChecks,
  claim: string,
): Promise<SignInAnswer> {
  try {
    const provider = await identityProvider(env);
    // The URL is rebuilt, so that the redirect URI is the registered one whatever name the Worker was reached by.
    const url = new URL(`${callbackUrl(env)}?${answer}`);
    const expectedState = answer.get("state") ?? "";
    const checks = { expectedState, expectedNonce: nonce, pkceCodeVerifier: verifier };
    const tokens = await authorizationCodeGrant(provider, url, checks);
    const id_token = tokens.claims();
    if (id_token === undefined) return { answer: "invalid", why: "no id_token" };
    const { iss: issuer, sub: subject } = id_token;
    const upstream = upstreamTokens(tokens);
    const claims = await claimsNow(env, upstream, subject, claim);
    const display = displayOf(claims) ?? subject;
    const identity = { issuer, subject, display, claims, refresh_token: upstream.refresh_token };
    return { answer: "signed_in", identity };
  } catch (thrown) {
    const why = reasonOf(thrown);
    if (thrown instanceof AuthorizationResponseError) return { answer: "declined", why };
    return { answer: provesNothing(thrown) ? "invalid" : "unavailable", why };
  }
}

/**
 * Renews a sign-in. It returns as soon as the provider has answered, so that a rotated refresh token can be kept
 * before anything else is asked of anybody.
 */
export async function refreshSignIn(env: Env, refresh_token: string): Promise<RefreshAnswer> {
  try {
    const tokens = await refreshTokenGrant(await identityProvider(env), refresh_token);
    return { answer: "stands", tokens: upstreamTokens(tokens) };
  } catch (thrown) {
    const why = reasonOf(thrown);
    return { answer: isRefusal(thrown) ? "refused" : "unavailable", why };
  }
}

/**
 * What the provider asserts now about the person of a renewed sign-in. The ID token answers where it carries
 * `claim`; userinfo is asked where it doesn't, as with providers that keep groups out of ID tokens.
 * @throws Error when userinfo can't be had, or either speaks of somebody else
 */
export async function claimsNow(
  env: Env,
  { access_token, id_claims }: UpstreamTokens,
  subject: string,
  claim: string,
): Promise<Claims> {
  // OpenID Connect Core §12.2: a renewed ID token is about the same subject.
  if (id_claims !== null && id_claims.sub !== subject) throw new Error("the ID token is about somebody else");
  if (id_claims !== null && claim in id_claims) return id_claims;
  const provider = await identityProvider(env);
  if (!provider.serverMetadata().userinfo_endpoint) return id_claims ?? {};
  return { ...id_claims, ...((await fetchUserInfo(provider, access_token, subject)) as Claims) };
}

function upstreamTokens(tokens: Awaited<ReturnType<typeof refreshTokenGrant>>): UpstreamTokens {
  return {
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? null,
    id_claims: (tokens.claims() as Claims | undefined) ?? null,
  };
}

function displayOf(claims: Claims): string | undefined {
  const names = [claims.email, claims.preferred_username, claims.name];
  return names.find((name): name is string => typeof name === "string" && name !== "");
}

/** RFC 6749 §5.2, and OpenID Connect's ways to say that the person has to come back in person. */
const REFUSALS: ReadonlySet<string> = new Set([
  "invalid_grant",
  "interaction_required",
  "login_required",
  "consent_required",
]);

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof ResponseBodyError && REFUSALS.has(thrown.error);
}

/** openid-client's codes for an answer that came, and doesn't hold. */
const INVALID_ANSWERS: ReadonlySet<unknown> = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);

function provesNothing(thrown: unknown): boolean {
  return isRefusal(thrown) || INVALID_ANSWERS.has((thrown as { code?: unknown }).code);
}
