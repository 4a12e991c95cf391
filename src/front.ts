/** The front door: what every request has to pass, whatever it asks for. */

import { isLoopback, originsIn } from "./auth/public-url.ts";
import type { Env } from "./bindings.ts";

/** What a browser may send to the MCP endpoint, beyond what every request may have. */
const ALLOWED_HEADERS = [
  "Authorization",
  "Content-Type",
  "Accept",
  "Last-Event-ID",
  "Mcp-Session-Id",
  "MCP-Protocol-Version",
  "Mcp-Method",
  "Mcp-Name",
  "traceparent",
].join(", ");

/**
 * Refuses requests for another host and from other origins, or returns `null`.
 *
 * A page that rebinds its name to this address still sends its own Host; a page elsewhere sends its Origin.
 * `Origin: null` is what a sandboxed frame sends, and is nobody's.
 * @param pathname of the request's URL
 */
export function refuseForeign(request: Request, pathname: string, env: Env): Response | null {
  if (!isOwnHost(request.headers.get("host") ?? "", ownUrl(env)))
    return new Response("Sallyport isn't served under this host name.\n", { status: 421 });
  const origin = request.headers.get("origin");
  if (origin !== null && !isPublic(pathname) && !mayAsk(origin, pathname, env)) {
    return new Response("Pages of this origin may not talk to Sallyport.\n", { status: 403 });
  }
  return null;
}

/**
 * The request under the one name that this instance goes by. On a laptop `127.0.0.1` leads here as well as
 * `localhost` does, and {@link refuseForeign} lets it in; but tokens are bound to one resource, by its one name.
 * @param url the request's
 */
export function underOwnName(request: Request, url: URL, env: Env): Request {
  const own = ownUrl(env);
  if (url.origin === own.origin && request.headers.get("host") === own.host) return request;
  const headers = new Headers(request.headers);
  headers.set("host", own.host);
  return new Request(`${own.origin}${url.pathname}${url.search}`, new Request(request, { headers }));
}

/** The same request without a slash behind `/mcp`: people type it, and clients keep what people type. */
export function withoutSlash(request: Request): Request {
  const url = new URL(request.url);
  if (url.pathname !== "/mcp/") return request;
  url.pathname = "/mcp";
  return new Request(url, request);
}

/** Answers a preflight, or returns `null` if the request is none. */
export function preflight(request: Request): Response | null {
  if (request.method !== "OPTIONS") return null;
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": "86400",
    },
  });
}

/**
 * The answer with the headers that let the page that asked read it, and with none that the SDKs put there. No cache keeps
 * the answer to a POST, so that where no page asked there is nothing to add to one.
 * @param pathname of the request's URL
 */
export function readable(response: Response, request: Request, pathname: string): Response {
  const own = request.method === "POST" && !request.headers.has("origin");
  if (own && !response.headers.has("access-control-allow-origin")) return response;
  const answer = new Response(response.body, response);
  const { headers } = answer;
  headers.delete("access-control-allow-origin");
  const origin = request.headers.get("origin");
  const everybody = isPublic(pathname);
  if (!everybody) headers.append("vary", "Origin");
  if (everybody) headers.set("access-control-allow-origin", "*");
  else if (origin !== null) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", "Mcp-Session-Id, WWW-Authenticate");
  }
  return answer;
}

/** The host as it is sent is nearly always the very name; parsing it is for whoever spells it in another way. */
function isOwnHost(sent: string, { host, hostname }: URL): boolean {
  if (sent === host) return true;
  const asked = URL.parse(`http://${sent}`);
  return asked !== null && (asked.host === host || (isLoopback(hostname) && isLoopback(asked.hostname)));
}

/** Parsed once for each name: every request needs it. One name in a deployed instance, more where tests vary it. */
const own_urls = new Map<string, URL>();

function ownUrl({ PUBLIC_URL }: Env): URL {
  const known = own_urls.get(PUBLIC_URL) ?? new URL(PUBLIC_URL);
  own_urls.set(PUBLIC_URL, known);
  return known;
}

/** What says how to sign in, and nothing of anybody: pages of every origin may read it. */
function isPublic(pathname: string): boolean {
  return pathname.startsWith("/.well-known/");
}

/** What clients need that run in a browser. The console and the pages of signing in are nobody else's. */
const FOR_CLIENTS: ReadonlySet<string> = new Set(["/mcp", "/mcp/", "/oauth/token", "/oauth/register"]);

/** Its own pages; clients at the origins that the deployment names; and on a laptop whatever else runs there. */
function mayAsk(origin: string, pathname: string, env: Env): boolean {
  const own = ownUrl(env);
  const theirs = URL.parse(origin);
  if (theirs === null) return false;
  if (theirs.origin === own.origin || (isLoopback(own.hostname) && isLoopback(theirs.hostname))) return true;
  return FOR_CLIENTS.has(pathname) && originsIn(env.ALLOWED_ORIGINS).includes(theirs.origin);
}
