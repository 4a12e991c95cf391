/** Whoever got hold of a code or a token, or of the way to one. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { OAuthClient, Sent } from "../../cli/oauth-client.ts";
import { connect, MCP_URL, newClient, oauthError, reach } from "../support/worker/oauth.ts";
import { eventsOf, personOf, sessionOf } from "../support/worker/person.ts";

/** A code that a person allowed, and what it takes to redeem it. */
async function allowed(client: OAuthClient): Promise<{ sent: Sent; url: string; code: string }> {
  const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
  const { url } = await page.press("approve");
  return { sent: page.sent, url, code: new URL(url).searchParams.get("code") ?? "" };
}

/** What the token endpoint answers to exactly these fields. */
async function tokenRequest(fields: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const body = new URLSearchParams(fields);
  return (await reach(`${env.PUBLIC_URL}/oauth/token`, { method: "POST", body })).json();
}

/** Whether a token opens the resource. */
async function opens(token: string): Promise<boolean> {
  const answer = await reach(MCP_URL, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    }),
  });
  return answer.status === 200;
}

describe("code replay", () => {
  // The provider's defence for a code that it knows to be used; the person object's where KV hasn't heard yet.
  test("brings nothing, and ends what the first use got", async () => {
    const client = await newClient();
    const { sent, url } = await allowed(client);
    const tokens = await client.redeem(url, sent);
    expect(await oauthError(client.redeem(url, sent))).toBe("invalid_grant");
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
    expect(await opens(tokens.access_token)).toBe(false);
  });

  test("at the very same time brings tokens to one alone", async () => {
    const client = await newClient();
    const { sent, url } = await allowed(client);
    const attempts = await Promise.allSettled([1, 2, 3].map(() => client.redeem(url, sent)));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("after the session was revoked brings nothing", async () => {
    const client = await newClient();
    const { sent, url } = await allowed(client);
    const session_id = await sessionOf("responder", client.client_id);
    await personOf("responder").revoke({ session_id }, "admin@acme.test");
    expect(await oauthError(client.redeem(url, sent))).toBe("invalid_grant");
  });
});

// All of it the provider's own defence, but for the clients that it lets go without PKCE.
describe("PKCE downgrade", () => {
  async function refusalOf(alter: (query: URLSearchParams) => void): Promise<string | null> {
    const { url } = await (await newClient()).authorizationRequest("devices:read");
    alter(url.searchParams);
    const answer = await reach(url.href, { method: "GET", redirect: "manual" });
    return new URL(answer.headers.get("location") ?? "").searchParams.get("error");
  }

  test("to plain is refused, named or by leaving the method out", async () => {
    expect(await refusalOf((query) => query.set("code_challenge_method", "plain"))).toBe("invalid_request");
    expect(await refusalOf((query) => query.delete("code_challenge_method"))).toBe("invalid_request");
  });

  test("to none is refused, from clients with a secret too", async () => {
    expect(await refusalOf((query) => query.delete("code_challenge"))).toBe("invalid_request");
    const redirect_uri = "http://127.0.0.1:9/callback";
    const registered = await reach(`${env.PUBLIC_URL}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ client_name: "A web client", redirect_uris: [redirect_uri] }),
    });
    const { client_id, client_secret } = await registered.json<Record<string, string>>();
    expect(client_secret).toBeTypeOf("string");
    const query = new URLSearchParams({
      client_id: client_id ?? "",
      redirect_uri,
      response_type: "code",
      scope: "devices:read",
    });
    const answer = await reach(`${env.PUBLIC_URL}/authorize?${query}`, { method: "GET", redirect: "manual" });
    expect(answer.headers.get("location")).toContain(`${redirect_uri}?error=invalid_request`);
  });

  test("at the token endpoint, by leaving the verifier out or making one up, is refused", async () => {
    const client = await newClient();
    const { client_id, redirect_uri } = client;
    for (const verifier of [{}, { code_verifier: "v".repeat(43) }, { code_verifier: "" }]) {
      const { code } = await allowed(client);
      const asked = { grant_type: "authorization_code", client_id, redirect_uri, code, ...verifier };
      expect((await tokenRequest(asked)).error).toBeOneOf(["invalid_grant", "invalid_request"]);
    }
  });
});

describe("code injection", () => {
  test("a code that was got for somebody else's request doesn't fit one's own", async () => {
    const client = await newClient();
    const [attackers, victims] = [await allowed(client), await allowed(client)];
    expect(
      await oauthError(client.redeem(attackers.url, { ...attackers.sent, verifier: victims.sent.verifier })),
    ).toBe("invalid_grant");
  });

  test("a code is worth nothing to another client, or with another redirect URI", async () => {
    const client = await newClient();
    const { redirect_uri, client_id } = client;
    const { code, sent } = await allowed(client);
    const asked = {
      grant_type: "authorization_code",
      code,
      code_verifier: sent.verifier,
      redirect_uri,
      client_id,
    };
    const { client_id: other } = await newClient();
    expect((await tokenRequest({ ...asked, client_id: other })).error).toBe("invalid_grant");
    const elsewhere = { ...asked, redirect_uri: "http://127.0.0.1:9/elsewhere" };
    expect((await tokenRequest(elsewhere)).error).toBe("invalid_grant");
  });
});

describe("mix-up", () => {
  test("every answer to a client says who gives it (RFC 9207)", async () => {
    const client = await newClient();
    const { url } = await allowed(client);
    expect(new URL(url).searchParams.get("iss")).toBe(env.PUBLIC_URL);
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(new URL((await page.press("deny")).url).searchParams.get("iss")).toBe(env.PUBLIC_URL);
  });
});

// The provider's own defences: the configured resource, and the audience that each token is stored with.
describe("a token for another resource", () => {
  test("isn't to be had: not by an authorization request, not by a code, not by a refresh", async () => {
    const client = await newClient();
    const { url } = await client.authorizationRequest("devices:read");
    url.searchParams.set("resource", "https://elsewhere.example/mcp");
    const answer = await reach(url.href, { method: "GET", redirect: "manual" });
    expect(new URL(answer.headers.get("location") ?? "").searchParams.get("error")).toBe("invalid_target");

    const resource = "https://elsewhere.example/mcp";
    const { redirect_uri, client_id } = client;
    const { code, sent } = await allowed(client);
    const redeemed = {
      grant_type: "authorization_code",
      code,
      code_verifier: sent.verifier,
      redirect_uri,
      client_id,
    };
    expect((await tokenRequest({ ...redeemed, resource })).error).toBe("invalid_target");
    const { client: other, tokens } = await connect("responder");
    const { refresh_token } = tokens;
    const refreshed = { grant_type: "refresh_token", refresh_token, client_id: other.client_id };
    expect((await tokenRequest({ ...refreshed, resource })).error).toBe("invalid_target");
  });

  test("doesn't open this one", async () => {
    const { tokens } = await connect("responder");
    const [user, grant] = tokens.access_token.split(":");
    const { keys } = await env.OAUTH_KV.list({ prefix: `token:${user}:${grant}:` });
    const name = keys[0]?.name ?? "";
    const stored = await env.OAUTH_KV.get<object>(name, "json");
    await env.OAUTH_KV.put(name, JSON.stringify({ ...stored, audience: "https://elsewhere.example/mcp" }));
    expect(await opens(tokens.access_token)).toBe(false);
    await env.OAUTH_KV.put(name, JSON.stringify(stored));
    expect(await opens(tokens.access_token)).toBe(true);
  });
});

describe("refresh token reuse", () => {
  test("ends its grant, for thief and owner alike, and the audit says why", async () => {
    const { client, tokens } = await connect("responder");
    const second = await client.refresh(tokens.refresh_token);
    const third = await client.refresh(second.refresh_token);
    expect(await opens(third.access_token)).toBe(true);
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
    expect(await oauthError(client.refresh(third.refresh_token))).toBe("invalid_grant");
    expect(await opens(third.access_token)).toBe(false);
    expect(await eventsOf("responder", client.client_id)).toContainEqual(
      expect.objectContaining({
        type: "session",
        decision: "grant_ended",
        detail: expect.objectContaining({ reason: "refresh_token_reused" }),
      }),
    );
    // The same client goes on in the same session, once its person has signed in again.
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(await opens((await page.allow()).access_token)).toBe(true);
  });

  test("isn't to be taken for it: an answer that was lost, or a token that somebody made up", async () => {
    const { client, tokens } = await connect("responder");
    await client.refresh(tokens.refresh_token);
    const again = await client.refresh(tokens.refresh_token);
    const [user, grant] = tokens.refresh_token.split(":");
    for (const made_up of [`${user}:${grant}:${"x".repeat(32)}`, `nobody:${grant}:${"x".repeat(32)}`]) {
      expect(await oauthError(client.refresh(made_up))).toBe("invalid_grant");
    }
    expect(await opens(again.access_token)).toBe(true);
    expect((await client.refresh(again.refresh_token)).scope).toBe("devices:read");
  });
});

describe("a stolen refresh token", () => {
  test("is worth nothing to another client", async () => {
    const { tokens } = await connect("responder");
    expect(await oauthError((await newClient()).refresh(tokens.refresh_token))).toBe("invalid_grant");
  });

  test("is worth nothing as an access token", async () => {
    const { tokens } = await connect("responder");
    expect(await opens(tokens.refresh_token)).toBe(false);
  });

  test("can't be stretched to scopes that weren't granted", async () => {
    const { client, tokens } = await connect("responder");
    const { refresh_token } = tokens;
    const scope = "devices:read devices:contain";
    const asked = { grant_type: "refresh_token", refresh_token, client_id: client.client_id, scope };
    expect(await tokenRequest(asked)).toMatchObject({ scope: "devices:read" });
  });

  test("isn't hidden by how the thief's requests are sent: in pieces of no declared length, or padded", async () => {
    const { client, tokens } = await connect("responder");
    const url = `${env.PUBLIC_URL}/oauth/token`;
    const fields = (refresh_token: string) => ({
      grant_type: "refresh_token",
      client_id: client.client_id,
      refresh_token,
    });
    const inPieces = async (refresh_token: string) => {
      const body = new Blob([new URLSearchParams(fields(refresh_token)).toString()]).stream();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return (await reach(url, { method: "POST", headers, body })).json<Record<string, string>>();
    };
    const second = await inPieces(tokens.refresh_token);
    const third = await inPieces(second.refresh_token ?? "");
    expect(await opens(third.access_token ?? "")).toBe(true);
    const padded = new URLSearchParams({
      ...fields(third.refresh_token ?? ""),
      padding: "x".repeat(64 * 1024),
    });
    expect((await reach(url, { method: "POST", body: padded })).status).toBe(413);

    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
    expect(await opens(third.access_token ?? "")).toBe(false);
  });
});
