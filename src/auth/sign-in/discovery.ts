/**
 * Finds the tenant's identity provider by OpenID Connect Discovery, and remembers its metadata for five
 * minutes.
 */
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  discovery,
} from "openid-client";
import type { Env } from "../../bindings.ts";

/** How long the identity provider may take to answer anything, in seconds. */
const TIMEOUT_S = 10;
/** How long its metadata is taken as read, in milliseconds: key rotation and moved endpoints show after that. */
const REMEMBERED_MS = 5 * 60_000;

type IdentityProvider = Pick<Env, "OIDC_ISSUER" | "OIDC_CLIENT_ID" | "OIDC_CLIENT_SECRET">;

interface Remembered {
  readonly configuration: Configuration;
  readonly until: number;
}

/** One entry for a deployed instance; a test that changes its environment gets one more. */
const remembered = new Map<string, Remembered>();

/**
 * The tenant's identity provider, found by OpenID Connect Discovery. A failure isn't remembered.
 *
 * ID tokens come straight from the token endpoint, so OpenID Connect Core §3.1.3.7 (6) lets TLS vouch for them
 * in place of their signature; their claims are validated. http is for a provider on this very machine.
 * @throws whatever openid-client throws when the provider can't be reached or isn't one
 */
export async function identityProvider(env: IdentityProvider): Promise<Configuration> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = env;
  const key = JSON.stringify([OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET]);
  const known = remembered.get(key);
  if (known !== undefined && Date.now() < known.until) return known.configuration;

  const issuer = new URL(OIDC_ISSUER);
  const configuration = await discovery(issuer, OIDC_CLIENT_ID, {}, clientAuth(OIDC_CLIENT_SECRET), {
    timeout: TIMEOUT_S,
    execute: issuer.protocol === "http:" ? [allowInsecureRequests] : [],
  });
  remembered.set(key, { configuration, until: Date.now() + REMEMBERED_MS });
  return configuration;
}

/** HTTP Basic, which is OpenID Connect's default, unless the provider says that it takes only the form. */
function clientAuth(secret: string): ClientAuth {
  const basic = ClientSecretBasic(secret);
  const post = ClientSecretPost(secret);
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const only_post = methods?.includes("client_secret_post") && !methods.includes("client_secret_basic");
    return (only_post ? post : basic)(server, client, body, headers);
  };
}
