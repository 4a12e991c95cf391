/** Simulates the org's token endpoint, and guards the others. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { verifyAssertion } from "./client-assertion.ts";
import type { ServiceApp } from "./clients.ts";
import { nonceOf, type Provable, type Proven, verifyProof } from "./dpop.ts";
import { failure, oauthFailure } from "./errors.ts";
import { baseOf, vendor } from "./link.ts";

const tokenLifetimeS = 3600;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const usedAssertions = "okta/assertions";
const usedProofs = "okta/proofs";

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
        if (!app.demandsProof) return issue(app, form.get("scope") ?? "", request);
        const proven = proof(storage, request, { method: "POST", url: audience });
        if ("problem" in proven) return oauthFailure(400, "invalid_dpop_proof", proven.problem);
        if (proven.nonce !== nonceOf(app.id)) {
          const refusal = oauthFailure(
            400,
            "use_dpop_nonce",
            "Authorization server requires nonce in DPoP proof.",
          );
          return { ...refusal, headers: { "dpop-nonce": nonceOf(app.id) } };
        }
        return issue(app, form.get("scope") ?? "", request, proven.thumbprint);
      },
    },
  ];

  function issue(app: ServiceApp, asked: string, request: VendorRequest, boundTo?: string): VendorReply {
    const scopes = asked.split(" ").filter((scope) => scope !== "");
    if (scopes.length === 0) return oauthFailure(400, "invalid_scope", "No scopes were requested.");
    if (scopes.some((scope) => !app.granted.includes(scope))) {
      return oauthFailure(400, "invalid_scope", "One or more scopes are not granted to the client.");
    }
    const scope = (app.answersWithAll ? app.granted : scopes).join(" ");
    const bearer = JSON.stringify({ app: app.id, scope, ...(boundTo && { boundTo }) } satisfies Bearer);
    const access_token = tokens.issue(vendor, bearer, request.now + tokenLifetimeS * 1000);
    const token_type = boundTo ? "DPoP" : "Bearer";
    return { status: 200, body: { token_type, expires_in: tokenLifetimeS, access_token, scope } };
  }
}

/** Whom a token was issued to, and for what. */
interface Bearer {
  app: string;
  scope: string;
  /** The thumbprint of the key that has to be proven with each request. */
  boundTo?: string;
}

/** The proof that came with a request, once: a second time it proves nothing. */
function proof(
  storage: World["storage"],
  request: VendorRequest,
  provable: Provable,
): Proven | { problem: string } {
  const proven = verifyProof(request, provable);
  if ("problem" in proven) return proven;
  if (storage.change(usedProofs, proven.jti)) return { problem: "The DPoP proof was used before." };
  storage.setChange(usedProofs, proven.jti, { at: request.now });
  return proven;
}

/** Wraps an operation: it is only reached with a token that carries the scope. */
export function guarded(
  { tokens, storage }: World,
  operation: Pick<Operation, "method" | "path">,
  scope: string,
  handle: (request: VendorRequest, app: string) => VendorReply,
): Pick<Operation, "method" | "path" | "takesToken" | "handle"> {
  return {
    ...operation,
    takesToken: true,
    handle(request) {
      const [, scheme, token] =
        /^(bearer|dpop) (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
      const issued = token && tokens.clientOf(vendor, token, request.now);
      if (!issued) return tokenRefused(request);
      const bearer = JSON.parse(issued) as Bearer;
      if ((scheme?.toLowerCase() === "dpop") !== (bearer.boundTo !== undefined)) return tokenRefused(request);
      if (bearer.boundTo !== undefined) {
        const { method, path } = operation;
        const proven = proof(storage, request, { method, url: urlOf(request, path), token });
        if ("problem" in proven) return proofRefused(request, proven.problem);
        if (proven.thumbprint !== bearer.boundTo) return proofRefused(request, "The key is another one.");
      }
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

/** RFC 9449 §7.1. */
function proofRefused(request: VendorRequest, problem: string): VendorReply {
  const challenge = `DPoP algs="ES256", error="invalid_dpop_proof", error_description="${problem}"`;
  return { ...failure(request, 401), headers: { "www-authenticate": challenge } };
}

/** The address of a request, without its query. */
function urlOf(request: VendorRequest, path: string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(request.params[name] ?? ""),
  );
  return `${baseOf(request)}${filled}`;
}
