import { AuthorizationError, CimdFetchError } from "@cloudflare/workers-oauth-provider";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { log, reasonOf } from "../observe/log.ts";
import { answerConsent } from "./consent/consent.ts";
import { authProblemPage } from "./page.tsx";
import { authorizationServer, REGISTRATION_PATH } from "./provider.ts";
import { isLoopback } from "./public-url.ts";
import { countRefusal } from "./refusal-counter.ts";
import { ClientDocument, currentClientDocument, withClientDocument } from "./registration/client-document.ts";
import { registerClient } from "./registration/registration.ts";
import { beginSignIn, resumeSignIn } from "./sign-in/sign-in.ts";
import { answerTokenRequest } from "./tokens/refresh-reuse.ts";

/** More than a consent form ever holds, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

const pages = new Hono<{ Bindings: Env }>();

pages.get("/authorize", (c) => beginSignIn(c.req.raw, c.env));
pages.post("/authorize", bodyLimit({ maxSize: MAX_FORM_BYTES }), (c) => answerConsent(c.req.raw, c.env));
pages.get("/auth/callback", (c) => resumeSignIn(c.req.raw, c.env));
pages.notFound(() => authProblemPage(404, "There is nothing here", "Go back to the app and start again."));
pages.onError((error) => {
  if (error instanceof AuthorizationError) {
    countRefusal({ category: "authorize", reason: error.description });
    // Set only once the client and its exact redirect URI are known to be genuine.
    const { redirectTo: back } = error;
    if (back === undefined) {
      return authProblemPage(
        400,
        "This request can't continue",
        `${error.description}. Go back to the app and start again.`,
      );
    }
    if (isLoopback(new URL(back).hostname)) {
      return new Response(null, { status: 302, headers: { Location: back, "Cache-Control": "no-store" } });
    }
    return refusedFromAfar(error.description, back);
  }
  if (error instanceof CimdFetchError) {
    countRefusal({ category: "authorize", reason: error.detail });
    const { host } = new URL(error.metadataUrl);
    const passing = currentClientDocument()?.unreachable === true;
    return authProblemPage(
      passing ? 503 : 400,
      "This app could not be verified",
      passing
        ? `What ${host} publishes about it could not be fetched. Go back to the app and try again in a minute.`
        : `What ${host} publishes about it doesn't hold. The people who make the app have to correct that.`,
    );
  }
  log("error", "sign_in_failed", { reason: reasonOf(error) });
  return authProblemPage(500, "Something went wrong here", "Go back to the app and start again.");
});

/**
 * Anybody can register a client with an address of theirs and make a link to here that is refused. Followed by
 * itself, the way back would make this origin a redirector to anywhere (RFC 9700 section 4.11.2), so the person
 * sees where it leads.
 */
function refusedFromAfar(description: string, back: string): Promise<Response> {
  const advice = `${description}. The app that sent you here is at ${new URL(back).host}.`;
  return authProblemPage(400, "This app's request was refused", advice, { back });
}

const PAGES: ReadonlySet<string> = new Set(["/authorize", "/auth/callback"]);
const METADATA = "/.well-known/oauth-authorization-server";

/**
 * Signing in and authorizing: the pages, and the authorization server's own endpoints.
 * @returns `null` for a path that is neither
 */
export async function handleAuth(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response | null> {
  const { pathname } = new URL(request.url);
  if (PAGES.has(pathname)) {
    // Signing in needs the client's own word as it is now.
    return withClientDocument(new ClientDocument(env, false), () => pages.fetch(request, env, ctx));
  }
  if (pathname === "/oauth/token") return answerTokenRequest(request, env, ctx);
  if (pathname === REGISTRATION_PATH) return registerClient(request, env, ctx);
  if (pathname === METADATA) return authorizationServer(env).fetch(request, env, ctx);
  return null;
}
