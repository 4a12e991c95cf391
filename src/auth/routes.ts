import { AuthorizationError, CimdFetchError } from "@cloudflare/workers-oauth-provider";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { reasonOf } from "../audit/alert.ts";
import { answerConsent } from "./consent.ts";
import { problemPage } from "./page.tsx";
import { authorizationServer } from "./provider.ts";
import { countRefusal } from "./refusals.ts";
import { beginSignIn, resumeSignIn } from "./sign-in.ts";

/** More than a consent form ever holds, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

const pages = new Hono<{ Bindings: Env }>();

pages.get("/authorize", (c) => beginSignIn(c.req.raw, c.env));
pages.post("/authorize", bodyLimit({ maxSize: MAX_FORM_BYTES }), (c) => answerConsent(c.req.raw, c.env));
pages.get("/auth/callback", (c) => resumeSignIn(c.req.raw, c.env));
pages.notFound(() => problemPage(404, "There is nothing here", "Go back to the app and start again."));
pages.onError((error) => {
  if (error instanceof AuthorizationError) {
    countRefusal({ category: "authorize", reason: error.description });
    // Set only once the client and its exact redirect URI are known to be genuine.
    if (error.redirectTo !== undefined) {
      return new Response(null, {
        status: 302,
        headers: { Location: error.redirectTo, "Cache-Control": "no-store" },
      });
    }
    return problemPage(400, "This can't go on", `${error.description}. Go back to the app and start again.`);
  }
  if (error instanceof CimdFetchError) {
    countRefusal({ category: "authorize", reason: error.detail });
    return problemPage(
      400,
      "This app could not be verified",
      "Its metadata could not be read. Try again later.",
    );
  }
  console.error(JSON.stringify({ level: "error", sign_in: "failed", reason: reasonOf(error) }));
  return problemPage(500, "Something went wrong here", "Go back to the app and start again.");
});

const PAGES: ReadonlySet<string> = new Set(["/authorize", "/auth/callback"]);
const PROTOCOL: ReadonlySet<string> = new Set([
  "/.well-known/oauth-authorization-server",
  "/oauth/token",
  "/oauth/register",
]);

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
  if (PAGES.has(pathname)) return pages.fetch(request, env, ctx);
  if (PROTOCOL.has(pathname)) return authorizationServer(env).fetch(request, env, ctx);
  return null;
}
