/**
 * Routes the requests of sign-in and authorization, and answers their errors with pages that say what to
 * do.
 */
import { AuthorizationError, CimdFetchError } from "@cloudflare/workers-oauth-provider";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Env } from "../bindings.ts";
import { log, reasonOf } from "../observe/log.ts";
import { answerConsent } from "./consent/consent.ts";
import { authProblemPage } from "./page.tsx";
import { authorizationServer, REGISTRATION_PATH, takesPublishedClients } from "./provider.ts";
import { isLoopback } from "./public-url.ts";
import { countRefusal } from "./refusal-counter.ts";
import {
  ClientDocument,
  currentClientDocument,
  troubleInWords,
  withClientDocument,
} from "./registration/client-document.ts";
import { mayGetCodes } from "./registration/redirect-uris.ts";
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
pages.onError((error, c) => {
  if (error instanceof AuthorizationError)
    return refusedRequest(error, c.req.query("client_id") ?? "", c.env);
  if (error instanceof CimdFetchError) return unverified(new URL(error.metadataUrl));
  log("error", "sign_in_failed", { reason: reasonOf(error) });
  return authProblemPage(500, "Something went wrong here", "Go back to the app and start again.");
});

function refusedRequest(
  error: AuthorizationError,
  client_id: string,
  env: Env,
): Response | Promise<Response> {
  countRefusal({ category: "authorize", reason: error.description });
  // Set only once the client and its exact redirect URI are known to be genuine.
  const { redirectTo: back } = error;
  if (back !== undefined && mayGetCodes(back)) {
    if (!isLoopback(new URL(back).hostname)) return refusedFromAfar(error.description, back);
    return new Response(null, { status: 302, headers: { Location: back, "Cache-Control": "no-store" } });
  }
  if (error.description === UNKNOWN_CLIENT) return unknownClient(client_id, env);
  const advice = `${error.description}. Go back to the app and start again.`;
  return authProblemPage(400, "This request can't continue", advice);
}

/** How the provider refuses a client that it has no registration of. */
const UNKNOWN_CLIENT = "Invalid client_id";

/** Starting again helps nobody here: an app that remembers its registration comes back with the same one. */
function unknownClient(client_id: string, env: Env): Promise<Response> {
  const published = client_id.startsWith("https://") && !takesPublishedClients(env);
  const why = published
    ? "It goes by the address of a document that it publishes, and this instance doesn't fetch such documents."
    : "It asks with a registration that this instance doesn't have, or no longer has.";
  const help = [
    "Remove the connection to Sallyport in the app and add it again, so that the app registers anew.",
    "In Claude Code: /mcp, then clear the authentication.",
    "In Codex: codex mcp logout, with the name of the server.",
    "With mcp-remote: delete its folder .mcp-auth.",
  ];
  return authProblemPage(400, "This app isn't registered here", `${why} ${help.join(" ")}`);
}

/** What the app publishes about itself can't be had, or doesn't hold. */
function unverified({ host }: URL): Promise<Response> {
  const document = currentClientDocument();
  const trouble = document?.trouble ?? "invalid";
  countRefusal({ category: "client-document", reason: trouble });
  log("warn", "client_document_refused", { client_host: host, cause: trouble });
  const what = `The app at ${host} publishes what it is in a document, and that ${troubleInWords(trouble)}.`;
  return document?.unreachable === true
    ? authProblemPage(
        503,
        "This app could not be verified",
        `${what} Go back to the app and try again in a minute.`,
      )
    : authProblemPage(
        400,
        "This app could not be verified",
        `${what} The people who make the app have to correct that.`,
      );
}

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
