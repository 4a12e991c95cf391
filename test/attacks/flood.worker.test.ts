/** Whoever has no token, and a great many requests. */
import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { refusalTotals } from "../../src/auth/refusal-counter.ts";
import { MCP_URL, reach } from "../support/worker/oauth.ts";

test("a flood without a good token is counted, and reaches no Durable Object and no audit", async () => {
  const tokens = [
    null,
    "nonsense",
    "a:b:c",
    // As they are issued, and of nobody: only this costs a look-up.
    `${"p".repeat(43)}:${"g".repeat(16)}:${"s".repeat(32)}`,
  ];
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const token = tokens[i % tokens.length];
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      return (await reach(MCP_URL, { method: "POST", headers, body: "{}" })).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(refusalTotals().by_kind).toMatchObject({ "mcp.no_token": 50, "mcp.token_not_valid": 150 });
  expect(await listDurableObjectIds(env.SESSION)).toEqual([]);
  expect(await listDurableObjectIds(env.PERSON)).toEqual([]);
  expect(await listDurableObjectIds(env.TENANT_OBJECT)).toEqual([]);
  expect(await env.DB.prepare("SELECT COUNT(*) AS events FROM audit_events").first("events")).toBe(0);
});
