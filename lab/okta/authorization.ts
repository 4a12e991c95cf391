import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { verifyAssertion } from "./client-assertion.ts";
import type { ServiceApp } from "./clients.ts";
import { failure, oauthFailure } from "./errors.ts";
import { baseOf, vendor } from "./link.ts";

const tokenLifetimeS = 3600;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const usedAssertions = "okta/assertions";

/** The org authorization server's token endpoint: client credentials, authenticated with a private key. */
export function authorizationOperations({ storage, tokens }: World): Operation[] {
  return [
    {
      id: "token",
      method: "POST",
      path: "/oauth2/v1/token",
      takesToken: false,
      handle(request) {
        const form = new URLSearchParams(request.body);
        if (form.get("grant_type") !== "client_credentials") {
          return oauthFailure(400, "unsupported_grant_type", "The grant type is not supported.");
        }
        if (form.get("client_assertion_type") !== assertionType) {
          return oauthFailure(401, "invalid_client", "No client credentials found");
        }
        const audience = `${baseOf(request)}/oauth2/v1/token`;
        const asserted = verifyAssertion(form.get("client_assertion") ?? "", audience, request.now);
        if ("problem" in asserted) return oauthFailure(401, "invalid_client", asserted.problem);
        const { app, jti } = asserted;
        if (jti !== undefined && storage.change(usedAssertions, jti)) {
          return oauthFailure(401, "invalid_client", "The client_assertion was used before.");
        }
        if (jti !== undefined) storage.setChange(usedAssertions, jti, { at: request.now });
        return issue(app, form.get("scope") ?? "", request);
      },
    },
  ];

  function issue(app: ServiceApp, asked: string, request: VendorRequest): VendorReply {
    const scopes = asked.split(" ").filter((scope) => scope !== "");
    if (scopes.length === 0) return oauthFailure(400, "invalid_scope", "No scopes were requested.");
    if (scopes.some((scope) => !app.granted.includes(scope))) {
      return oauthFailure(400, "invalid_scope", "One or more scopes are not granted to the client.");
    }
    const scope = (app.answersWithAll ? app.granted : scopes).join(" ");
    const bearer = JSON.stringify({ app: app.id, scope } satisfies Bearer);
    const access_token = tokens.issue(vendor, bearer, request.now + tokenLifetimeS * 1000);
    return { status: 200, body: { token_type: "Bearer", expires_in: tokenLifetimeS, access_token, scope } };
  }
}

/** Whom a token was issued to, and for what. */
interface Bearer {
  app: string;
  scope: string;
}

/** Wraps an operation: it is only reached with a token that carries the scope. */
export function guarded(
  { tokens }: World,
  scope: string,
  handle: (request: VendorRequest, app: string) => VendorReply,
): Pick<Operation, "takesToken" | "handle"> {
  return {
    takesToken: true,
    handle(request) {
      const token = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
      const issued = token && tokens.clientOf(vendor, token, request.now);
      if (!issued) return tokenRefused(request);
      const bearer = JSON.parse(issued) as Bearer;
      if (!bearer.scope.split(" ").includes(scope)) {
        const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
        return { ...failure(request, 403), headers: { "www-authenticate": challenge } };
      }
      return handle(request, bearer.app);
    },
  };
}

/** The answer to a token that is unknown or at its end. */
export function tokenRefused(request: VendorRequest): VendorReply {
  return { ...failure(request, 401), headers: { "www-authenticate": 'Bearer error="invalid_token"' } };
}
