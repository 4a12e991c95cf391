import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ALL_SCOPES, scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { connect, MCP_URL, newClient, oauthError, reach } from "../support/worker/oauth.ts";
import { personOf, sessionOf } from "../support/worker/person.ts";

const json = async (path: string) => (await reach(`${env.PUBLIC_URL}${path}`, { method: "GET" })).json();

describe("metadata", () => {
  test("names the one resource, its authorization server and what a first connection asks for", async () => {
    expect(await json("/.well-known/oauth-protected-resource/mcp")).toMatchObject({
      resource: MCP_URL,
      authorization_servers: [env.PUBLIC_URL],
      scopes_supported: scopesOfRoles(["viewer"]),
    });
  });

  test("advertises PKCE, registration, client metadata documents, revocation and every scope", async () => {
    expect(await json("/.well-known/oauth-authorization-server")).toMatchObject({
      issuer: env.PUBLIC_URL,
      authorization_endpoint: `${env.PUBLIC_URL}/authorize`,
      token_endpoint: `${env.PUBLIC_URL}/oauth/token`,
      registration_endpoint: `${env.PUBLIC_URL}/oauth/register`,
      revocation_endpoint: `${env.PUBLIC_URL}/oauth/token`,
      code_challenge_methods_supported: ["S256"],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      scopes_supported: [...ALL_SCOPES, "offline_access"],
    });
  });
});

describe("an authorization request", () => {
  /** Where the browser is sent, or the page's status if it is sent nowhere. */
  async function outcome(alter: (query: URLSearchParams) => void): Promise<string> {
    const { url } = await (await newClient()).authorizationRequest("devices:read");
    alter(url.searchParams);
    const answer = await reach(url.href, { method: "GET", redirect: "manual" });
    const location = answer.headers.get("location");
    return location === null
      ? String(answer.status)
      : (new URL(location).searchParams.get("error") ?? location);
  }

  test("in order goes to the identity provider, with a nonce and a challenge of our own", async () => {
    const to = new URL(await outcome(() => undefined));
    expect(to.href).toContain(env.OIDC_ISSUER);
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      code_challenge_method: "S256",
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${env.PUBLIC_URL}/auth/callback`,
      scope: env.OIDC_SCOPES,
    });
  });

  test.each([
    [
      "for the resource with a slash after it",
      (query: URLSearchParams) => query.set("resource", `${MCP_URL}/`),
      "invalid_target",
    ],
    [
      "for a token at once",
      (query: URLSearchParams) => query.set("response_type", "token"),
      "unsupported_response_type",
    ],
    [
      "for nothing that exists here",
      (query: URLSearchParams) => query.set("scope", "repo gist"),
      "invalid_scope",
    ],
  ])("%s goes back to the client with an error", async (_what, alter, error) => {
    expect(await outcome(alter)).toBe(error);
  });

  test("of an unknown client, or to an unregistered place, is sent nowhere", async () => {
    expect(await outcome((query) => query.set("client_id", "unknown"))).toBe("400");
    expect(await outcome((query) => query.set("redirect_uri", "https://evil.example/"))).toBe("400");
    expect(await outcome((query) => query.set("redirect_uri", "http://127.0.0.1:9/elsewhere"))).toBe("400");
  });
});

describe("a refresh token", () => {
  test("brings a new pair, and the pair's predecessor ends with its first use", async () => {
    const { client, tokens } = await connect("responder");
    const second = await client.refresh(tokens.refresh_token);
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect(second.scope).toBe("devices:read");
    // A client that lost the answer asks again with the old one, and is heard until it has used the new one.
    const third = await client.refresh(tokens.refresh_token);
    await client.refresh(third.refresh_token);
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
  });

  test("that its client revokes is worth nothing", async () => {
    const { client, tokens } = await connect("responder");
    const body = new URLSearchParams({ token: tokens.refresh_token, client_id: client.client_id });
    const revoked = await reach(`${env.PUBLIC_URL}/oauth/token`, { method: "POST", body });
    expect(revoked.status).toBe(200);
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
  });
});

describe("the resource", () => {
  const hello = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
  };
  const call = (token: string) =>
    reach(MCP_URL, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(hello),
    });

  test("asks for a token, and says where to get one and for which scopes", async () => {
    const refusal = await reach(MCP_URL, { method: "POST", body: "{}" });
    expect(refusal.status).toBe(401);
    const challenge = refusal.headers.get("www-authenticate");
    expect(challenge).toContain(
      `resource_metadata="${env.PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"`,
    );
    expect(challenge).toContain(`scope="${scopesOfRoles(["viewer"]).join(" ")}"`);
  });

  test("lets a good token in, and neither a forged one nor a refresh token", async () => {
    const { tokens } = await connect("responder");
    expect((await call(tokens.access_token)).status).toBe(200);
    expect((await call(`${tokens.access_token}x`)).status).toBe(401);
    expect((await call(tokens.refresh_token)).status).toBe(401);
    expect((await call("nonsense")).status).toBe(401);
  });

  test("refuses a revoked session on the next call, though the token was just found good", async () => {
    const { client, tokens } = await connect("responder");
    expect((await call(tokens.access_token)).status).toBe(200);
    const session_id = await sessionOf("responder", client.client_id);
    expect(await personOf("responder").revoke({ session_id }, "admin@acme.test")).toBe(1);
    expect((await call(tokens.access_token)).status).toBe(401);
  });
});
