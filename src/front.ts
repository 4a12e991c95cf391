/** The front door: what every request has to pass, whatever it asks for. */
import { isLoopback } from "./auth/public-url.ts";

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
 */
export function refuseForeign(request: Request, env: Env): Response | null {
  const { hostname, host } = new URL(env.PUBLIC_URL);
  const asked = URL.parse(`http://${request.headers.get("host") ?? ""}`);
  const same =
    asked !== null && (asked.host === host || (isLoopback(hostname) && isLoopback(asked.hostname)));
  if (!same) return new Response("Sallyport isn't served under this host name.\n", { status: 421 });
  const origin = request.headers.get("origin");
  if (origin !== null && !mayAsk(origin, env)) {
    return new Response("Pages of this origin may not talk to Sallyport.\n", { status: 403 });
  }
  return null;
}

/**
 * The request under the one name that this instance goes by. On a laptop `127.0.0.1` leads here as well as
 * `localhost` does, and {@link refuseForeign} lets it in; but tokens are bound to one resource, by its one name.
 */
export function underOwnName(request: Request, env: Env): Request {
  const own = new URL(env.PUBLIC_URL);
  const url = new URL(request.url);
  if (url.origin === own.origin && request.headers.get("host") === own.host) return request;
  const headers = new Headers(request.headers);
  headers.set("host", own.host);
  return new Request(`${own.origin}${url.pathname}${url.search}`, new Request(request, { headers }));
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

/** The answer with the headers that let the page that asked read it, and with none that the SDKs put there. */
export function readable(response: Response, request: Request): Response {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) {
    if (name.startsWith("access-control-allow-origin")) headers.delete(name);
  }
  const origin = request.headers.get("origin");
  headers.append("vary", "Origin");
  if (origin !== null) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", "Mcp-Session-Id, WWW-Authenticate");
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** Its own pages; and on a laptop whatever else runs there, such as an inspector. */
function mayAsk(origin: string, env: Env): boolean {
  const own = new URL(env.PUBLIC_URL);
  const theirs = URL.parse(origin);
  if (theirs === null) return false;
  return theirs.origin === own.origin || (isLoopback(own.hostname) && isLoopback(theirs.hostname));
}
