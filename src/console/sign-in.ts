/**
 * Signs a person in to the console through the identity provider, and leads them to the page that they
 * wanted.
 */
import { parse, serialize } from "hono/utils/cookie";
import { randomState } from "openid-client";
import * as z from "zod";
import { admit, turnedAway } from "../auth/admission.ts";
import { countRefusal } from "../auth/refusal-counter.ts";
import { open, seal } from "../auth/seal.ts";
import { finishSignIn, type Identity, newChecks, signInUrl } from "../auth/sign-in/identity-provider.ts";
import { type RolePolicy, readRolePolicy } from "../auth/sign-in/roles.ts";
import type { Env } from "../bindings.ts";
import { log, reasonOf } from "../observe/log.ts";
import { CONSOLE_CLIENT_ID } from "../person/sessions.ts";
import { scopesOfRoles } from "../toolkit/scopes.ts";
import { consoleProblemPage } from "./page.tsx";
import { HOST_COOKIE, sessionCookie } from "./session-cookie.ts";

/**
 * An identity provider registers one redirect URI, so this sign-in ends where those of MCP clients end. Its state
 * tells them apart.
 */
const STATE_PREFIX = "console.";
const COOKIE_PREFIX = "__Host-sallyport-console-sign-in-";
/** How long a person may take to sign in, in milliseconds. */
const LIFE_MS = 10 * 60_000;
/** Several tabs may sign in at once; a page that loads itself over and over must not fill the cookie header. */
const MAX_AT_ONCE = 4;
/** Longer addresses aren't ours. In characters. */
const MAX_RETURN_LENGTH = 1_000;

const startedSchema = z.object({
  nonce: z.string(),
  verifier: z.string(),
  /** Path and query of the page that was wanted. Only ever taken from a request to the console itself. */
  return_to: z.string().startsWith("/console"),
  /** The provider was asked not to show a page of its own. */
  silent: z.boolean(),
  expires_at: z.int(),
});

/** True for the identity provider's answer to a sign-in that the console began. */
export function isConsoleCallback(url: URL): boolean {
  return url.pathname === "/auth/callback" && (url.searchParams.get("state") ?? "").startsWith(STATE_PREFIX);
}

/**
 * Sends somebody to the identity provider, to come back to the page they asked for. What is needed then is sealed
 * in a cookie under the state: nobody can be made to finish a sign-in that somebody else began.
 * @param silent for somebody who signed in here before: the provider confirms that, without a page of its own
 */
export function beginConsoleSignIn(request: Request, env: Env, silent: boolean): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return begin(request, env, `${pathname}${search}`, silent);
}

async function begin(request: Request, env: Env, wanted: string, silent: boolean): Promise<Response> {
  const checks = newChecks();
  const state = `${STATE_PREFIX}${randomState()}`;
  let location: URL;
  try {
    location = await signInUrl(env, state, checks, silent ? { prompt: "none" } : {});
  } catch (thrown) {
    return unavailable(reasonOf(thrown));
  }
  const started: z.output<typeof startedSchema> = {
    ...checks,
    return_to: wanted.length <= MAX_RETURN_LENGTH ? wanted : "/console",
    silent,
    expires_at: Date.now() + LIFE_MS,
  };
  const sealed = seal(env, "console-sign-in", [env.PUBLIC_URL, state], JSON.stringify(started));
  const headers = new Headers({ Location: location.href, "Cache-Control": "no-store" });
  for (const name of signInCookies(request).slice(MAX_AT_ONCE - 1)) forget(headers, name);
  headers.append(
    "Set-Cookie",
    serialize(cookieOf(state), sealed, { ...HOST_COOKIE, maxAge: LIFE_MS / 1000 }),
  );
  return new Response(null, { status: 302, headers });
}

/** The identity provider sent the person back: signs them in and leads them to the page they asked for. */
export async function finishConsoleSignIn(request: Request, env: Env): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const state = searchParams.get("state") ?? "";
  const started = startedFor(request, env, state);
  if (started === null) {
    countRefusal({ category: "console", reason: "sign_in_not_of_this_browser" });
    return consoleProblemPage(
      400,
      "This sign-in can't continue",
      "It was not started in this browser, was finished already, or took longer than ten minutes.",
    );
  }
  const headers = new Headers();
  forget(headers, cookieOf(state));
  const read = readRolePolicy(env.ROLE_POLICY);
  if (!read.ok) return unavailable(read.problems.join("; "), headers);

  const signed = await finishSignIn(env, searchParams, started, read.policy.claim);
  switch (signed.answer) {
    case "signed_in":
      return enter(env, signed.identity, read.policy, started.return_to, headers);
    case "declined":
      // Then they have to see the provider's page after all.
      if (started.silent) return begin(request, env, started.return_to, false);
      return consoleProblemPage(
        403,
        "You didn't sign in",
        "You or your identity provider cancelled the sign-in.",
        headers,
      );
    case "invalid":
      countRefusal({ category: "console", reason: signed.why });
      return consoleProblemPage(
        400,
        "Sign-in failed",
        "Your identity provider's answer could not be verified.",
        headers,
      );
    case "unavailable":
      return unavailable(signed.why, headers);
  }
}

/** The console is one more client of the person's: its session is on their list, and ends when it is revoked. */
async function enter(
  env: Env,
  identity: Identity,
  policy: RolePolicy,
  return_to: string,
  headers: Headers,
): Promise<Response> {
  const admission = await admit(env, identity, policy, CONSOLE_CLIENT_ID);
  if (!admission.ok) return turnedAway(admission, { headers });
  const { person, sign_in_id, subject, display, roles } = admission.signed_in;
  const consent = await env.PERSON.getByName(person).consent({
    sign_in_id,
    client_id: CONSOLE_CLIENT_ID,
    client_name: "Sallyport console",
    redirect_uri: `${env.PUBLIC_URL}/console`,
    scopes: scopesOfRoles(roles),
  });
  if (!consent.ok)
    return consoleProblemPage(400, "This sign-in can't continue", "You were signed out meanwhile.", headers);
  const { session_id } = consent;
  headers.append("Set-Cookie", sessionCookie(env, { person, session_id, subject, display }, Date.now()));
  headers.set("Location", `${env.PUBLIC_URL}${return_to}`);
  headers.set("Cache-Control", "no-store");
  return new Response(null, { status: 303, headers });
}

function startedFor(request: Request, env: Env, state: string): z.output<typeof startedSchema> | null {
  const name = cookieOf(state);
  const sealed = parse(request.headers.get("cookie") ?? "", name)[name];
  const text = sealed === undefined ? null : open(env, "console-sign-in", [env.PUBLIC_URL, state], sealed);
  if (text === null) return null;
  const started = startedSchema.parse(JSON.parse(text));
  return Date.now() < started.expires_at ? started : null;
}

function signInCookies(request: Request): string[] {
  return Object.keys(parse(request.headers.get("cookie") ?? "")).filter((name) =>
    name.startsWith(COOKIE_PREFIX),
  );
}

/** One for each sign-in under way: a second tab's must not undo the first's. */
function cookieOf(state: string): string {
  const suffix = state.slice(STATE_PREFIX.length).replace(/[^A-Za-z0-9_-]/g, "");
  return `${COOKIE_PREFIX}${suffix.slice(0, 8)}`;
}

function forget(headers: Headers, name: string): void {
  headers.append("Set-Cookie", serialize(name, "", { ...HOST_COOKIE, maxAge: 0 }));
}

function unavailable(why: string, headers = new Headers()): Promise<Response> {
  log("error", "console_sign_in_unavailable", { reason: why });
  headers.set("Retry-After", "30");
  return consoleProblemPage(
    503,
    "Sign-in is unavailable",
    "Your organisation's identity provider can't be reached. Try again in a minute.",
    headers,
  );
}
