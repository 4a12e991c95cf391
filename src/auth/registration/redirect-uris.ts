/** Where codes may be sent. */

import { isLoopback } from "../public-url.ts";

/**
 * Private schemes that get codes all the same, character by character: clients that have no other callback. Any
 * program can claim a scheme, so PKCE alone keeps a code from other programs.
 */
const PRIVATE_USE: ReadonlySet<string> = new Set(["cursor://anysphere.cursor-mcp/oauth/callback"]);

/** True for https, for http on this machine (RFC 8252), and for the private callbacks that are known here. */
export function mayGetCodes(redirect_uri: string): boolean {
  const url = URL.parse(redirect_uri);
  if (url === null) return false;
  if (url.protocol === "https:") return true;
  if (url.protocol === "http:") return isLoopback(url.hostname);
  return PRIVATE_USE.has(redirect_uri.split("?", 1)[0] ?? "");
}
