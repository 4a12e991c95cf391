import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PersonObject } from "../../src/person/person-object.ts";
import { watchIdentityProvider } from "../support/worker/identity-provider.ts";
import { connect, MCP_URL, newClient, oauthError, reach } from "../support/worker/oauth.ts";
import { chainOf, eventsOf, personOf } from "../support/worker/person.ts";
import { machine, PUBLISHED_CLIENT, publishMetadata } from "../support/worker/published-client.ts";

const USER = "responder";
const MINUTE_MS = 60_000;

afterEach(() => vi.restoreAllMocks());

async function opens(token: string): Promise<boolean> {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami", arguments: {} } };
  const answer = await reach(MCP_URL, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "whoami",
    },
    body: JSON.stringify({ ...body, params: { ...body.params, _meta: META } }),
  });
  await answer.text();
  return answer.status === 200;
}

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** Has what was exchanged so far be a minute older. */
function later(): Promise<void> {
  return runInDurableObject(personOf(USER), (_object, { storage: { sql } }) => {
    sql.exec("UPDATE refresh_tokens SET used_at = used_at - ?", MINUTE_MS);
  });
}

const grantKey = (token: string) => `grant:${token.split(":").slice(0, 2).join(":")}`;

describe("parallel refreshes", () => {
  test("all end with the same successor, which goes on", async () => {
    const { client, tokens } = await connect(USER);
    const asking = vi.spyOn(PersonObject.prototype, "presentRefreshToken");
    // The one that leads is held until all of them have come.
    const together = Promise.withResolvers<void>();
    watchIdentityProvider(async (send) => {
      await together.promise;
      return send();
    });
    const refreshing = Promise.all([1, 2, 3, 4].map(() => client.refresh(tokens.refresh_token)));
    await expect.poll(() => asking.mock.calls.length).toBe(4);
    together.resolve();
    const answers = await refreshing;
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect((await client.refresh(answers[0]?.refresh_token ?? "")).scope).toBe("devices:read");
  });

  test("one of which fails leave the others to try", async () => {
    const { client, tokens } = await connect(USER);
    const failing = vi.spyOn(PersonObject.prototype, "refreshUpstream").mockRejectedValueOnce(new Error("x"));
    const answers = await Promise.allSettled([1, 2].map(() => client.refresh(tokens.refresh_token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(failing).toHaveBeenCalledTimes(2);
  });

  test("share their answer for a minute; then the token brings a new successor, until one was used", async () => {
    const { client, tokens } = await connect(USER);
    const first = await client.refresh(tokens.refresh_token);
    expect(await client.refresh(tokens.refresh_token)).toEqual(first);
    await later();
    const second = await client.refresh(tokens.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await client.refresh(second.refresh_token);
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
  });

  test("leave nothing that opens without the token", async () => {
    const { client, tokens } = await connect(USER);
    const { access_token, refresh_token } = await client.refresh(tokens.refresh_token);
    const stored = await runInDurableObject(personOf(USER), (_object, { storage: { sql } }) =>
      JSON.stringify(sql.exec("SELECT * FROM refresh_tokens").toArray()),
    );
    for (const secret of [access_token, refresh_token, tokens.refresh_token]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(secret.split(":")[2]);
    }
  });

  test("of a token that a client may not use get nothing of another one's answer", async () => {
    const { client, tokens } = await connect(USER);
    await client.refresh(tokens.refresh_token);
    expect(await oauthError((await newClient()).refresh(tokens.refresh_token))).toBe("invalid_grant");
  });
});

describe("an old refresh token that comes back", () => {
  test("ends its own grant on the next call, and leaves another machine's alone", async () => {
    publishMetadata();
    const desktop = await machine(USER, 4001);
    const laptop = await machine(USER, 4002);
    const second = await laptop.client.refresh(laptop.tokens.refresh_token);
    const third = await laptop.client.refresh(second.refresh_token);
    expect([await opens(third.access_token), await opens(desktop.tokens.access_token)]).toEqual([true, true]);

    expect(await oauthError(laptop.client.refresh(laptop.tokens.refresh_token))).toBe("invalid_grant");
    expect([await opens(third.access_token), await opens(desktop.tokens.access_token)]).toEqual([
      false,
      true,
    ]);
    expect(await oauthError(laptop.client.refresh(third.refresh_token))).toBe("invalid_grant");
    expect((await desktop.client.refresh(desktop.tokens.refresh_token)).scope).toBe("devices:read");
    expect((await eventsOf(USER, PUBLISHED_CLIENT)).filter(({ type }) => type === "session")).toMatchObject([
      { decision: "grant_ended", detail: { reason: "refresh_token_reused" } },
    ]);
  });

  test("ends its grant also where the provider still knows it", async () => {
    const { client, tokens } = await connect(USER);
    const key = grantKey(tokens.refresh_token);
    const second = await client.refresh(tokens.refresh_token);
    const lagging = (await env.OAUTH_KV.get(key)) ?? "";
    const third = await client.refresh(second.refresh_token);
    await env.OAUTH_KV.put(key, lagging);
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
    expect(await opens(third.access_token)).toBe(false);
  });
});

describe("a refresh token that is known to be the current one", () => {
  test.each(["as it was before", "not at all"])(
    "isn't refused for good while KV shows its grant %s",
    async (how) => {
      const { client, tokens } = await connect(USER);
      const key = grantKey(tokens.refresh_token);
      const earlier = (await env.OAUTH_KV.get(key)) ?? "";
      const between = await client.refresh(tokens.refresh_token);
      const current = await client.refresh(between.refresh_token);
      const now = (await env.OAUTH_KV.get(key)) ?? "";
      await (how === "not at all" ? env.OAUTH_KV.delete(key) : env.OAUTH_KV.put(key, earlier));
      expect(await oauthError(client.refresh(current.refresh_token))).toBe("temporarily_unavailable");
      await env.OAUTH_KV.put(key, now);
      expect((await client.refresh(current.refresh_token)).scope).toBe("devices:read");
    },
  );

  test("is refused once KV has had time enough to show it", async () => {
    const { client, tokens } = await connect(USER);
    await env.OAUTH_KV.delete(grantKey(tokens.refresh_token));
    await runInDurableObject(personOf(USER), (_object, { storage: { sql } }) => {
      sql.exec("UPDATE grants SET at = at - ?", 6 * MINUTE_MS);
    });
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
  });
});

describe("a grant that its client revokes", () => {
  test("is over on the next call, on record", async () => {
    const { client, tokens } = await connect(USER);
    const body = new URLSearchParams({ token: tokens.refresh_token, client_id: client.client_id });
    expect((await reach(`${env.PUBLIC_URL}/oauth/token`, { method: "POST", body })).status).toBe(200);
    expect(await opens(tokens.access_token)).toBe(false);
    expect((await chainOf(USER)).at(-1)).toMatchObject({
      decision: "grant_ended",
      detail: { reason: "revoked_by_client" },
    });
  });

  test("goes on if it was another one's", async () => {
    const { tokens } = await connect(USER);
    const { client_id } = await newClient();
    const body = new URLSearchParams({ token: tokens.refresh_token, client_id });
    await reach(`${env.PUBLIC_URL}/oauth/token`, { method: "POST", body });
    expect(await opens(tokens.access_token)).toBe(true);
  });
});

test("a made-up token makes no person's object", async () => {
  const asked = vi.spyOn(PersonObject.prototype, "unknownRefreshToken");
  const client = await newClient();
  const made_up = `${"x".repeat(43)}:grant:secret`;
  expect(await oauthError(client.refresh(made_up))).toBe("invalid_grant");
  expect(asked).not.toHaveBeenCalled();
});
