/// <reference path="./oidc-provider.d.ts" />
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { type Context, interactionPolicy, Provider } from "oidc-provider";
import type { Storage } from "../storage.ts";
import { sqliteAdapter } from "./adapter.ts";
import type { Directory } from "./directory.ts";
import { errorPage, page } from "./pages.ts";

/** Where the identity provider lives under the lab's origin. */
export const oidcPath = "/oidc";

/** The one relying party: the connector. First party, so nobody is asked for consent here. */
const relyingParty = {
  id: "sallyport",
  secret: "lab-oidc-secret",
  callbackPath: "/auth/callback",
} as const;

const minuteS = 60;
const dayS = 24 * 60 * minuteS;

/** A certified OpenID provider over the lab's directory, with everything that it must remember in the database. */
export function identityProvider(origin: string, storage: Storage, directory: Directory): Provider {
  const provider = new Provider(`${origin}${oidcPath}`, {
    adapter: sqliteAdapter(storage),
    jwks: { keys: [JSON.parse(storage.meta("oidc/signing_key", newSigningKey))] },
    cookies: {
      keys: [storage.meta("oidc/cookie_key", () => randomBytes(32).toString("base64url"))],
      // Cookies ignore ports: without names and a path of their own they would reach everything else on localhost.
      names: { session: "lab_idp_session", interaction: "lab_idp_interaction", resume: "lab_idp_resume" },
      long: { httpOnly: true, sameSite: "lax", path: oidcPath },
      short: { httpOnly: true, sameSite: "lax" },
    },
    clients: [
      {
        client_id: relyingParty.id,
        client_secret: relyingParty.secret,
        client_name: "Sallyport",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [`http://localhost:8787${relyingParty.callbackPath}`],
        post_logout_redirect_uris: ["http://localhost:8787/"],
      },
    ],
    scopes: ["openid", "offline_access", "profile", "email", "groups"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    // The claims of the granted scopes are in the id_token too, as with most tenants' providers.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post"],
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
      resourceIndicators: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
    },
    ttl: {
      AccessToken: 10 * minuteS,
      AuthorizationCode: minuteS,
      IdToken: 10 * minuteS,
      Interaction: 60 * minuteS,
      Session: dayS,
      Grant: 90 * dayS,
      RefreshToken: 90 * dayS,
    },
    interactions: {
      policy: policy(),
      url: (_ctx: Context, { uid }: { uid: string }) => `${oidcPath}/interaction/${uid}`,
    },
    clientBasedCORS: () => false,
    loadExistingGrant,
    renderError,
    findAccount: (_ctx: Context, id: string) => {
      const user = directory.byId(id);
      // Gone is gone: a disabled user's session asks for a new sign-in, and their refresh token is invalid_grant.
      if (!user || user.disabled) return undefined;
      const { email, name, groups } = user;
      return { accountId: id, claims: () => ({ sub: id, email, email_verified: true, name, groups }) };
    },
  });
  allowLoopback(provider);
  provider.on("server_error", (_ctx, error) => console.error("identity provider:", error));
  return provider;
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return JSON.stringify({ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" });
}

/** The connector runs on whatever port was free: any loopback port will do, but only this path. */
function allowLoopback({ Client }: Provider): void {
  const loopback = (uri: string, isGoodPath: (path: string) => boolean) => {
    const url = URL.parse(uri);
    const isLocal = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
    return isLocal && !url.username && !url.hash && isGoodPath(url.pathname);
  };
  Client.prototype.redirectUriAllowed = (uri) => loopback(uri, (path) => path === relyingParty.callbackPath);
  Client.prototype.postLogoutRedirectUriAllowed = (uri) => loopback(uri, () => true);
}

/** Asks for a sign-in when the person of a browser session has been disabled since. */
function policy() {
  const { base, Check } = interactionPolicy;
  const prompts = base();
  prompts.get("login").checks.add(
    new Check("account_gone", "End-User account is not available", ({ oidc }) => {
      return oidc.session.accountId && !oidc.account ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  return prompts;
}

/**
 * Grants the connector what it asks for, anew with each authorization: a grant that is revoked (as when a used
 * refresh token comes back) then takes nobody else's session with it.
 */
async function loadExistingGrant({ oidc }: Context) {
  const granted = oidc.result?.consent?.grantId;
  if (granted) return oidc.provider.Grant.find(granted);
  if (!oidc.account) return undefined;
  const scope = [...oidc.requestParamScopes].join(" ");
  return oidc.provider.Grant.find(
    await grantScopes(oidc.provider, oidc.account.accountId, oidc.client.clientId, scope),
  );
}

/** Grants a client what it asked for, without asking anybody; returns the grant's id. */
export async function grantScopes(provider: Provider, accountId: string, clientId: string, scope: string) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  return grant.save();
}

function renderError(ctx: Context, out: Record<string, unknown>) {
  ctx.type = "html";
  ctx.body = errorPage(Object.entries(out).map(([name, value]) => `${name}: ${value}`));
}

function logoutSource(ctx: Context, form: string) {
  ctx.type = "html";
  ctx.body = page(
    "Sign out",
    `<h1>Sign out of Acme?</h1>${form}
    <button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
    <button type="submit" form="op.logoutForm">Stay signed in</button>`,
  );
}

function postLogoutSuccessSource(ctx: Context) {
  ctx.type = "html";
  ctx.body = page("Signed out", "<h1>You are signed out.</h1>");
}
