import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn, type Tokens } from "../../cli/oauth-client.ts";
import { personKey } from "../../src/auth/person-key.ts";
import { scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { INITIALIZE, type Reply, Wire } from "./support/wire.ts";

let instance: TestInstance;
let mcpUrl: string;

beforeAll(async () => {
  instance = await startTestInstance();
  mcpUrl = `${instance.url}/mcp`;
});
afterAll(() => instance.dispose());

function tokensOf(user: string, scope = "devices:read devices:contain"): Promise<Tokens> {
  return signIn({ mcpUrl, user, scope });
}

function knock(token: string | null): Promise<Reply> {
  return new Wire(mcpUrl, token).ask({ body: INITIALIZE });
}

/** The parameters of a `WWW-Authenticate: Bearer` challenge. */
function challengeOf({ headers }: Reply): Record<string, string> {
  const challenge = headers.get("www-authenticate") ?? "";
  expect(challenge).toMatch(/^Bearer /);
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

describe("without a good token", () => {
  it("a client is told where to get one, and for what", async () => {
    const refused = await knock(null);
    expect(refused.status).toBe(401);
    const { resource_metadata = "", scope } = challengeOf(refused);
    expect(scope).toBe(scopesOfRoles(["viewer"]).join(" "));
    expect(await (await fetch(resource_metadata)).json()).toEqual({
      resource: mcpUrl,
      authorization_servers: [instance.url],
      scopes_supported: scopesOfRoles(["viewer"]),
      bearer_methods_supported: ["header"],
      resource_name: "Sallyport",
    });
  });

  it("nothing opens: not with a made-up one, a refresh token, or one in the address", async () => {
    const { access_token, refresh_token } = await tokensOf("viewer", "devices:read");
    const [user, grant] = access_token.split(":");
    for (const token of [
      "nonsense",
      `${access_token}x`,
      access_token.slice(1),
      refresh_token,
      `${user}:${grant}:x`,
    ]) {
      const refused = await knock(token);
      expect(refused.status, token).toBe(401);
      expect(challengeOf(refused).error).toBe("invalid_token");
    }
    const inAddress = await new Wire(`${mcpUrl}?access_token=${access_token}`, null).ask({
      body: INITIALIZE,
    });
    expect(inAddress.status).toBe(401);
  });

  it("nothing opens with one that ran out, or that is for another resource", async () => {
    for (const altered of [{ expiresAt: 1 }, { audience: "https://elsewhere.example/mcp" }]) {
      const { access_token } = await tokensOf("viewer", "devices:read");
      await alter(access_token, altered);
      expect((await knock(access_token)).status, JSON.stringify(altered)).toBe(401);
    }
  });

  /** Changes what the authorization server wrote down about a token: nobody waits an hour for one to run out. */
  async function alter(access_token: string, change: Record<string, unknown>): Promise<void> {
    const kv = await instance.current().miniflare.getKVNamespace("OAUTH_KV");
    const [user, grant] = access_token.split(":");
    const { keys } = await kv.list({ prefix: `token:${user}:${grant}:` });
    const [key] = keys;
    if (key === undefined || keys.length > 1) throw new Error(`${keys.length} tokens of one grant`);
    await kv.put(key.name, JSON.stringify({ ...((await kv.get(key.name, "json")) as object), ...change }));
  }
});

describe("a token that its client revokes", () => {
  async function revoke({ client_id }: Tokens, token: string): Promise<void> {
    const answer = await fetch(`${instance.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id, token }),
    });
    expect(answer.status).toBe(200);
  }

  it("is worth nothing at once where it wasn't used, and soon where it was", async () => {
    const [unused, used] = [
      await tokensOf("viewer", "devices:read"),
      await tokensOf("viewer", "devices:read"),
    ];
    expect((await knock(used.access_token)).status).toBe(200);
    await revoke(unused, unused.access_token);
    expect((await knock(unused.access_token)).status).toBe(401);
    await revoke(used, used.access_token);
    // Five seconds, by what an isolate remembers of a token: test/auth/tokens/token-memory.test.ts counts them.
    await expect.poll(async () => (await knock(used.access_token)).status, { interval: 250 }).toBe(401);
  });

  it("can't be revoked by another client", async () => {
    const [mine, theirs] = [
      await tokensOf("viewer", "devices:read"),
      await tokensOf("viewer", "devices:read"),
    ];
    await revoke(theirs, mine.access_token);
    expect((await knock(mine.access_token)).status).toBe(200);
  });
});

describe("a person whose access is taken away", () => {
  interface PersonStub {
    revoke(which: "all" | { session_id: string }, by: string): Promise<number>;
  }

  async function personOf(user: string): Promise<PersonStub> {
    const people = await instance.current().miniflare.getDurableObjectNamespace("PERSON");
    const name = personKey(`${instance.lab.url}/oidc`, `${user}@acme.test`);
    return people.get(people.idFromName(name)) as unknown as PersonStub;
  }

  it("is out with the next call, on both lanes and in every session", async () => {
    const first = new Wire(mcpUrl, (await tokensOf("responder2")).access_token);
    const second = new Wire(mcpUrl, (await tokensOf("responder2")).access_token);
    const legacy = await first.initialize();
    expect((await second.call("whoami")).message.result).toMatchObject({
      structuredContent: { status: "ok" },
    });
    const stream = await legacy.send({ method: "GET" });
    expect(await (await personOf("responder2")).revoke("all", "admin@acme.test")).toBe(2);

    // Streams end, the protocol is refused, and what a model sees is an answer that it can act on.
    expect(await stream.text()).toBe("");
    for (const lane of [legacy, second]) {
      const refused = await (lane === legacy ? legacy.request("tools/list") : second.modern("tools/list"));
      expect(refused.status).toBe(401);
      expect(challengeOf(refused).error).toBe("invalid_token");
      expect((await lane.call("whoami")).message.result).toMatchObject({
        isError: true,
        structuredContent: { error: { kind: "permission", code: "session_revoked", retryable: false } },
      });
    }
  });

  it("gets nothing more with a batch that has a call among others", async () => {
    const wire = new Wire(mcpUrl, (await tokensOf("responder2")).access_token);
    const legacy = await wire.initialize();
    await (await personOf("responder2")).revoke("all", "admin@acme.test");
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } };
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    expect((await legacy.ask({ body: [call, list] })).status).toBe(401);
    expect((await wire.ask({ body: [call, INITIALIZE] })).status).toBe(401);
  });

  it("can sign in again, and gets a session of its own", async () => {
    const wire = new Wire(mcpUrl, (await tokensOf("responder2")).access_token);
    expect((await wire.call("whoami")).message.result).toMatchObject({ structuredContent: { status: "ok" } });
  });
});

describe("a token that is too narrow", () => {
  const device_id = "0".repeat(32);
  const args = { device_id, reason: "End to end", nonsense: true };

  it("gets a 403 on the 2026 lane, with all scopes to ask for and the error as the answer's data", async () => {
    const { access_token } = await tokensOf("responder", "devices:read tickets:read");
    const before = await requests();
    const refused = await new Wire(mcpUrl, access_token).call("contain_device", args);
    expect(refused.status).toBe(403);
    expect(challengeOf(refused)).toMatchObject({
      error: "insufficient_scope",
      scope: "devices:read tickets:read devices:contain",
      resource_metadata: `${instance.url}/.well-known/oauth-protected-resource/mcp`,
    });
    const { message } = refused;
    expect(message).toMatchObject({
      jsonrpc: "2.0",
      id: 1,
      error: {
        code: expect.any(Number),
        data: {
          status: "error",
          error: {
            kind: "permission",
            code: "scope_missing",
            retryable: false,
            required_scopes: ["devices:read", "tickets:read", "devices:contain"],
          },
        },
      },
    });
    // Who may not call gets no validation; nobody was asked; and the audit knows.
    expect(message.error?.data?.error).not.toHaveProperty("issues");
    expect(await requests()).toBe(before);
    const audited = "SELECT decision, error_code FROM audit_events WHERE event_id = ?";
    await expect
      .poll(() => instance.sql(audited, String(message.error?.data?.audit_id)))
      .toEqual([{ decision: "deny", error_code: "scope_missing" }]);
  });

  it("gets a result on the 2025 lane", async () => {
    const { access_token } = await tokensOf("responder", "devices:read tickets:read");
    const legacy = await new Wire(mcpUrl, access_token).initialize();
    const { status, message } = await legacy.call("contain_device", args);
    expect(status).toBe(200);
    expect(message.result).toMatchObject({
      isError: true,
      structuredContent: {
        error: {
          code: "scope_missing",
          required_scopes: ["devices:read", "tickets:read", "devices:contain"],
        },
      },
    });
  });

  it("isn't to blame where the role forbids: then no scope is asked for", async () => {
    const { access_token } = await tokensOf("viewer", "devices:read");
    const { status, headers, message } = await new Wire(mcpUrl, access_token).call("contain_device", args);
    expect(status).toBe(200);
    expect(headers.get("www-authenticate")).toBeNull();
    expect(message.result).toMatchObject({
      structuredContent: { error: { kind: "permission", code: "role_forbids" } },
    });
  });

  async function requests(): Promise<number> {
    return ((await (await fetch(`${instance.lab.url}/requests`)).json()) as unknown[]).length;
  }
});
