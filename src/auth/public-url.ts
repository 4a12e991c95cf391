/** Where this instance is reached, and what follows from it. All of it is derived from PUBLIC_URL alone. */

import type { Env } from "../bindings.ts";

type Located = Pick<Env, "PUBLIC_URL">;

/** The protected resource that every token is bound to (RFC 8707), exactly. */
export function resourceOf({ PUBLIC_URL }: Located): string {
  return `${PUBLIC_URL}/mcp`;
}

/** Where the identity provider sends people back to. It has to be registered there. */
export function callbackUrl({ PUBLIC_URL }: Located): string {
  return `${PUBLIC_URL}/auth/callback`;
}

/** The origins of a comma-separated list. */
export function originsIn(value: string): string[] {
  return value
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
}

/** True for the names and addresses of the machine itself, where plain http never crosses a network. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Why `value` can't stand for this instance or its identity provider, or `null` if it can. */
export function urlProblem(value: string): string | null {
  const url = URL.parse(value);
  if (url === null) return "is not a URL";
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return "must be https: http is for loopback hosts";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be an https URL";
  if (url.username || url.password || url.search || url.hash) {
    return "must have neither credentials, nor query, nor fragment";
  }
  return null;
}
