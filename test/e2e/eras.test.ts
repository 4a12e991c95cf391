/** A deployment that has withdrawn an era, and clients that speak both. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

const BOTH = ["2025-11-25", "2026-07-28"] as const;
let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance({
    environment: { MCP_ERAS: "2025-11-25", ACCESS_TOKEN_TTL_S: "60" },
  });
});
afterAll(() => instance.dispose());

const mcpUrl = () => `${instance.url}/mcp`;

/** A client that finds out what a server speaks. */
async function connected(access_token: string, mode: "auto" | { pin: string } = "auto"): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${access_token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl()), { requestInit }));
  return client;
}

describe("an instance without 2026-07-28", () => {
  test("is used by a client of both in the older era", async () => {
    const { access_token } = await signIn({ mcpUrl: mcpUrl(), user: "viewer", scope: "devices:read" });
    const client = await connected(access_token);
    expect(client.getNegotiatedProtocolVersion()).toBe(BOTH[0]);
    const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
    expect(structuredContent).toMatchObject({ status: "ok" });
    await client.close();
    await expect(connected(access_token, { pin: BOTH[1] })).rejects.toThrow();
  });

  test("says which revisions it speaks", async () => {
    const { access_token } = await signIn({ mcpUrl: mcpUrl(), user: "viewer", scope: "devices:read" });
    const answer = await fetch(mcpUrl(), {
      method: "POST",
      headers: {
        authorization: `Bearer ${access_token}`,
        "content-type": "application/json",
        "mcp-protocol-version": BOTH[1],
        "mcp-method": "server/discover",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 7,
        method: "server/discover",
        params: { _meta: { "io.modelcontextprotocol/protocolVersion": BOTH[1] } },
      }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      id: 7,
      error: { code: -32022, data: { supported: [BOTH[0]], requested: BOTH[1] } },
    });
  });
});

test("an access token lasts as long as the deployment says", async () => {
  const { client_id, refresh_token } = await signIn({
    mcpUrl: mcpUrl(),
    user: "viewer",
    scope: "devices:read",
  });
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token, client_id });
  const answer = await fetch(`${instance.url}/oauth/token`, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ expires_in: 60 });
});
