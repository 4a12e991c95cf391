/**
 * Sets up the OAuth library: the authorization server of this instance, and the protected resource in front
 * of the path.
 */
import {
  OAuthAuthorizationServer,
  type OAuthHelpers,
  type OAuthResourceContext,
  OAuthResourceServer,
  type ValidatedAccessToken,
} from "@cloudflare/workers-oauth-provider";
import type { Env } from "../bindings.ts";
import { ALL_SCOPES } from "../toolkit/scopes.ts";
import { FIRST_SCOPES, OFFLINE_ACCESS } from "./consent/offer.ts";
import { resourceOf } from "./public-url.ts";
import { type CountedRefusal, countRefusal } from "./refusal-counter.ts";
import type { GrantOrigin } from "./tokens/grant.ts";
import { exchangeToken } from "./tokens/token-exchange.ts";
import { TokenMemory } from "./tokens/token-memory.ts";
import { currentTokenRequest } from "./tokens/token-request.ts";

/** A client that hasn't come back for this long has to sign in again. Each refresh starts it anew. */
const REFRESH_TOKEN_IDLE_TTL_S = 30 * 24 * 60 * 60;
/** Registrations nobody uses any more are dropped after this long; one in use is renewed. */
const CLIENT_REGISTRATION_TTL_S = 90 * 24 * 60 * 60;

/** Where clients register themselves (RFC 7591), below the public URL. */
export const REGISTRATION_PATH = "/oauth/register";

/** What a grant knows, encrypted with the token and handed to the resource with each call. Nothing secret. */
export interface GrantProps {
  readonly v: 1;
  readonly session_id: string;
  readonly subject: string;
  readonly display: string;
  /** The person's object and `userId`: see `personKey`. */
  readonly person: string;
  readonly origin: GrantOrigin;
}

/** The protected resource's handler: `ctx.props` says who, `ctx.auth` with which token. */
export interface ResourceHandler {
  fetch(request: Request, env: Env, ctx: OAuthResourceContext<GrantProps>): Response | Promise<Response>;
}

/** By what they are made of: one in a deployed instance, more where tests vary it. */
const servers = new Map<string, OAuthAuthorizationServer<Env>>();
const resources = new WeakMap<ResourceHandler, Map<string, OAuthResourceServer<Env, GrantProps>>>();
const tokens = new TokenMemory<ValidatedAccessToken<GrantProps>>();

/** Whether clients may be named by the address of the metadata that they publish. */
export function takesPublishedClients({ CIMD }: Pick<Env, "CIMD">): boolean {
  return CIMD !== "off";
}

/** The authorization server of this instance: metadata, tokens, revocation, client registration. */
export function authorizationServer(
  env: Pick<Env, "PUBLIC_URL" | "CIMD" | "ACCESS_TOKEN_TTL_S">,
): OAuthAuthorizationServer<Env> {
  const { PUBLIC_URL } = env;
  const published = takesPublishedClients(env);
  const key = `${published} ${env.ACCESS_TOKEN_TTL_S} ${PUBLIC_URL}`;
  const known = servers.get(key);
  if (known !== undefined) return known;
  const server = new OAuthAuthorizationServer<Env>({
    issuer: PUBLIC_URL,
    resources: [resourceOf({ PUBLIC_URL })],
    scopesSupported: [...ALL_SCOPES, OFFLINE_ACCESS],
    clientRegistrationEndpoint: REGISTRATION_PATH,
    clientIdMetadataDocumentEnabled: published,
    // Which private callbacks those are is looked at by us: see `redirect-uris.ts`.
    allowPrivateUseRedirectUris: true,
    accessTokenTTL: Number(env.ACCESS_TOKEN_TTL_S),
    refreshTokenTTL: REFRESH_TOKEN_IDLE_TTL_S,
    refreshTokenIdleTTL: REFRESH_TOKEN_IDLE_TTL_S,
    clientRegistrationTTL: CLIENT_REGISTRATION_TTL_S,
    cookiePrefix: "__Host-sallyport-",
    tokenExchangeCallback: exchangeToken,
    onError: ({ internal }) => refuse(internal),
  });
  servers.set(key, server);
  return server;
}

function refuse(refusal: CountedRefusal): void {
  const request = currentTokenRequest();
  if (request !== undefined) request.refusal = refusal;
  // Answered with what the same token was exchanged for: nobody is refused.
  if (request?.answer == null) countRefusal(refusal);
}

/** The provider's helpers for pages and jobs. */
export function oauthApi(env: Env): OAuthHelpers {
  return authorizationServer(env).getOAuthApi(env);
}

/**
 * The protected resource in front of `handler`: RFC 9728 metadata, the 401 challenge, and tokens bound to
 * exactly this resource. Serves `/mcp` and its metadata, and nothing else.
 */
export function resourceServer(env: Env, handler: ResourceHandler): OAuthResourceServer<Env, GrantProps> {
  const { PUBLIC_URL } = env;
  const byUrl = resources.get(handler) ?? new Map<string, OAuthResourceServer<Env, GrantProps>>();
  resources.set(handler, byUrl);
  const known = byUrl.get(PUBLIC_URL);
  if (known !== undefined) return known;
  const server = new OAuthResourceServer<Env, GrantProps>({
    resourceMetadata: {
      resource: resourceOf(env),
      authorization_servers: [PUBLIC_URL],
      bearer_methods_supported: ["header"],
      resource_name: "Sallyport",
    },
    requiredScopes: [...FIRST_SCOPES],
    validateToken: (env) => (resource, token) =>
      tokens.recall(resource, token, Date.now(), () =>
        authorizationServer(env).validateToken<GrantProps>(resource, token, env),
      ),
    handler,
  });
  byUrl.set(PUBLIC_URL, server);
  return server;
}
