/** Simulates the token endpoints, and guards the others. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { authenticateClient, clientById, type Scope } from "./clients.ts";
import { failure } from "./envelope.ts";
import { customerId } from "./hosts/device-record.ts";

/** Names the vendor everywhere. */
export const vendor = "crowdstrike";

const tokenLifetimeS = 1799;

/** The token endpoints: client credentials in a form, answered with 201, no refresh token. */
export function authorizationOperations({ tokens }: World): Operation[] {
  return [
    {
      id: "oauth2AccessToken",
      method: "POST",
      path: "/oauth2/token",
      takesToken: false,
      handle(request) {
        const form = formOf(request);
        const clientId = form?.get("client_id");
        const secret = form?.get("client_secret");
        if (!clientId || !secret) return failure(request, 400, "client_id and client_secret are required");
        const client = authenticateClient(clientId, secret);
        if (!client) return failure(request, 403);
        const member = form?.get("member_cid");
        if (member && member !== customerId) return failure(request, 403);
        const token = tokens.issue(vendor, client.id, request.now + tokenLifetimeS * 1000);
        return {
          status: 201,
          body: { access_token: token, expires_in: tokenLifetimeS, token_type: "bearer" },
        };
      },
    },
    {
      id: "oauth2RevokeToken",
      method: "POST",
      path: "/oauth2/revoke",
      takesToken: false,
      handle(request) {
        const token = formOf(request)?.get("token");
        if (!token) return failure(request, 400, "token is required");
        const client = basicClient(request);
        if (!client) return failure(request, 403);
        tokens.revoke(vendor, client.id, token);
        return { status: 200, body: { ...(failure(request, 200).body as object), errors: [] } };
      },
    },
  ];
}

/** Wraps an operation: it is only reached with a token of a client that has the scope. */
export function guarded(
  { tokens }: World,
  scope: Scope,
  handle: (request: VendorRequest) => VendorReply,
): Pick<Operation, "takesToken" | "handle"> {
  return {
    takesToken: true,
    handle(request) {
      const token = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
      const client = clientById(token && tokens.clientOf(vendor, token, request.now));
      if (!client) return failure(request, 401);
      if (!client.scopes.includes(scope)) return failure(request, 403);
      return handle(request);
    },
  };
}

function formOf(request: VendorRequest): URLSearchParams | undefined {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers.get("content-type") ?? "");
  return isForm ? new URLSearchParams(request.body) : undefined;
}

function basicClient(request: VendorRequest) {
  const encoded = /^basic (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const [id, secret] = Buffer.from(encoded, "base64").toString().split(":");
  return authenticateClient(id, secret);
}
