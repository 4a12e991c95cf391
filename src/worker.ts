/** What requests, messages and schedules come to: one instance serves one tenant. */

import { publishCheckpoint } from "./audit/sign/published.ts";
import { consumeAudit } from "./audit/store/consumer.ts";
import { keepAudit } from "./audit/watch/upkeep.ts";
import {
  authorizationServer,
  type GrantProps,
  type ResourceHandler,
  resourceServer,
} from "./auth/provider.ts";
import { countIfUnauthenticated } from "./auth/refusal-counter.ts";
import { guardClientFetches } from "./auth/registration/client-metadata-fetch.ts";
import { handleAuth } from "./auth/routes.ts";
import { refuseKnocking } from "./auth/stranger-limits.ts";
import { partsOf } from "./auth/tokens/token-request.ts";
import type { Env } from "./bindings.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { handleConsole } from "./console/console.tsx";
import { type ConfigurationProblems, configurationProblems } from "./console/health/config.ts";
import { consumeNotices, isNoticeQueue, queueNotices } from "./console/notices/queue.ts";
import { preflight, readable, refuseForeign, underOwnName, withoutSlash } from "./front.ts";
import { frontPage } from "./front-page.tsx";
import { CALLER_HEADER, type CallerAuth } from "./session/caller.ts";

guardClientFetches();

/** The handlers that the platform calls. */
export type Worker = Required<Pick<ExportedHandler<Env>, "fetch" | "queue" | "scheduled">>;

/** The protected resource: hands a verified request to its session object, one hop away. */
const mcp: ResourceHandler = {
  fetch(request, env, ctx) {
    const { session_id, origin } = ctx.props satisfies GrantProps;
    const headers = new Headers(request.headers);
    const { grant_id = "" } = partsOf(bearerOf(headers)) ?? {};
    const { clientId: client_id = "", scope: scopes } = ctx.auth;
    const narrowed = origin.scopes.some((scope) => !scopes.includes(scope));
    const caller: CallerAuth = { session_id, grant_id, client_id, scopes, narrowed };
    headers.set(CALLER_HEADER, JSON.stringify(caller));
    // The token has done its work; nothing beyond this point needs it.
    headers.delete("authorization");
    return env.SESSION.getByName(session_id).fetch(new Request(request, { headers }));
  },
};

function bearerOf(headers: Headers): string {
  return (headers.get("authorization") ?? "").replace(/^bearer +/i, "");
}

/** The Worker of a deployment. */
export function workerOf(catalogue: Catalogue): Worker {
  return {
    fetch: (asked, env, ctx) => serve(asked, env, ctx, catalogue),

    async queue(batch, env) {
      if (isNoticeQueue(batch.queue)) await consumeNotices(batch, env);
      else await consumeAudit(batch, env, (records) => queueNotices(env, records));
    },

    async scheduled(_controller, env) {
      await keepAudit(env, Date.now());
    },
  };
}

async function serve(
  asked: Request,
  env: Env,
  ctx: ExecutionContext,
  catalogue: Catalogue,
): Promise<Response> {
  const received = withoutSlash(asked);
  const url = new URL(received.url);
  const { pathname, searchParams } = url;
  const problems = configurationProblems(env, catalogue);
  if (pathname === "/healthz" && !searchParams.has("detail")) return health(problems);
  if (problems.fatal.length > 0)
    return new Response("Sallyport is not configured: see /healthz.\n", { status: 503 });
  const foreign = refuseForeign(received, pathname, env);
  if (foreign !== null) return foreign;
  // The detail is for administrators, and the console knows who is one.
  if (pathname === "/healthz") return Response.redirect(`${env.PUBLIC_URL}/console/health`, 302);
  const request = underOwnName(received, url, env);
  const response = preflight(request) ?? (await answer(received, request, pathname, { env, catalogue }, ctx));
  if (pathname === "/mcp") countIfUnauthenticated(request, response);
  return readable(response, request, pathname);
}

/** `request` is `received` under the instance's own name, and asks for `pathname`. */
async function answer(
  received: Request,
  request: Request,
  pathname: string,
  { env, catalogue }: { readonly env: Env; readonly catalogue: Catalogue },
  ctx: ExecutionContext,
): Promise<Response> {
  if (pathname === "/mcp" || pathname.startsWith("/.well-known/oauth-protected-resource")) {
    return resourceServer(env, mcp).fetch(request, env, ctx);
  }
  if (pathname === "/" && request.method === "GET") return frontPage(env);
  return (
    (await refuseKnocking(request, env)) ??
    (await publishCheckpoint(request, env)) ??
    (await handleConsole(received, { env, catalogue }, ctx)) ??
    (await handleAuth(request, env, ctx)) ??
    (await authorizationServer(env).fetch(request, env, ctx))
  );
}

/** What is wrong is named, never quoted: the page is public. 503 only where nothing is served. */
function health({ fatal, partial }: ConfigurationProblems): Response {
  const problems = [...fatal, ...partial];
  // By its own clock: whoever looks from outside can tell whether it is right.
  const headers = { date: new Date().toUTCString() };
  const status = fatal.length === 0 ? 200 : 503;
  return Response.json({ ok: problems.length === 0, problems }, { status, headers });
}
