import { env, exports } from "cloudflare:workers";
import type { Fetch } from "../../../cli/browser.ts";
import { OAuthClient } from "../../../cli/oauth-client.ts";

/** The instance under test, as it is reached from outside. */
export const MCP_URL = `${env.PUBLIC_URL}/mcp`;

/** Sends what is meant for the instance to the Worker, and everything else to the network. */
export const reach: Fetch = (url, init) => {
  const { origin, host } = new URL(url);
  if (origin !== env.PUBLIC_URL) return fetch(url, init);
  return exports.default.fetch(url, { ...init, headers: { ...init.headers, host } });
};

/** A freshly registered client of the instance. */
export function newClient(
  options: { readonly clientName?: string; readonly redirectUri?: string; readonly clientId?: string } = {},
): Promise<OAuthClient> {
  return OAuthClient.find({ mcpUrl: MCP_URL, fetch: reach, ...options });
}

/** Signs a lab user in with a fresh client that gets all that it asks for. */
export async function connect(user: string, scope = "devices:read") {
  const client = await newClient();
  const tokens = await (await client.openConsentPage({ user, scope })).allow();
  return { client, tokens };
}

/** The `error` of an OAuth error response, as openid-client throws it; anything else is thrown on. */
export async function oauthError(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (thrown) {
    const { error, cause } = thrown as { error?: unknown; cause?: unknown };
    if (typeof error === "string") return error;
    // What openid-client doesn't read: an answer with a 5xx status.
    if (cause instanceof Response) return (await cause.json<{ error: string }>()).error;
    throw thrown;
  }
  throw new Error("it was expected to be refused");
}
