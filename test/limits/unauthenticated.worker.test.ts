import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MCP_URL, reach } from "../support/worker/oauth.ts";
import { signedIn } from "../support/worker/people.ts";

const BODY = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });

/** Every object that the instance has, of whatever kind. */
async function objects(): Promise<number> {
  const { SESSION, PERSON, EFFECT, BROKER, TENANT_OBJECT } = env;
  const ids = await Promise.all(
    [SESSION, PERSON, EFFECT, BROKER, TENANT_OBJECT].map((namespace) =>
      listDurableObjectIds(namespace as DurableObjectNamespace),
    ),
  );
  return ids.flat().length;
}

async function status(url: string, init: RequestInit): Promise<number> {
  const answer = await reach(url, { redirect: "manual", ...init } as Parameters<typeof reach>[1]);
  await answer.text();
  return answer.status;
}

describe("a flood of whom nobody knows", () => {
  it("of tokens that don't exist is met with 401, and makes no Durable Object", async () => {
    const before = await objects();
    for (let nth = 0; nth < 200; nth += 1) {
      const authorization = `Bearer person-${nth}:${crypto.randomUUID()}:${crypto.randomUUID()}`;
      const headers = {
        authorization,
        "content-type": "application/json",
        "mcp-session-id": crypto.randomUUID(),
      };
      expect(await status(MCP_URL, { method: "POST", headers, body: BODY })).toBe(401);
    }
    expect(await objects()).toBe(before);
  });

  it("at the doors for signing in, registering and consoles makes none either", async () => {
    const before = await objects();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (let nth = 0; nth < 20; nth += 1) {
      await status(`${env.PUBLIC_URL}/authorize?client_id=nobody-${nth}&response_type=code`, {});
      await status(`${env.PUBLIC_URL}/auth/callback?code=x&state=${crypto.randomUUID()}`, {});
      await status(`${env.PUBLIC_URL}/console`, {});
      await status(`${env.PUBLIC_URL}/oauth/token`, {
        method: "POST",
        headers: form,
        body: `grant_type=refresh_token&refresh_token=a:b:${nth}&client_id=nobody`,
      });
      await status(`${env.PUBLIC_URL}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ client_name: "x", redirect_uris: ["https://client.example/cb"] }),
      });
    }
    expect(await objects()).toBe(before);
  });
});

it("the count above sees what a person who signs in makes", async () => {
  const before = await objects();
  await signedIn("counted", "viewer");
  expect(await objects()).toBeGreaterThanOrEqual(before + 2);
});
