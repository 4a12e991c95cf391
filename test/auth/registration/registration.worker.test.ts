import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { reach } from "../../support/worker/oauth.ts";

const REDIRECT = "https://client.example/callback";

async function register(
  metadata: object | string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await reach(`${env.PUBLIC_URL}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof metadata === "string" ? metadata : JSON.stringify(metadata),
  });
  return { status: answer.status, body: await answer.json() };
}

const named = (more: object) => register({ client_name: "Agent", redirect_uris: [REDIRECT], ...more });
const stored = async () => (await env.OAUTH_KV.list({ prefix: "client:" })).keys.length;

describe("a registration", () => {
  test("of an honest client is taken as it is", async () => {
    const { status, body } = await named({
      redirect_uris: Array.from({ length: 20 }, (_, nth) => `https://client.example/${nth}`),
      contacts: ["security@client.example"],
      "client_name#de": "Agentin",
      logo_uri: `https://client.example/${"x".repeat(1_000)}`,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ client_name: "Agent", "client_name#de": "Agentin" });
    expect(body.redirect_uris).toHaveLength(20);
  });

  test.each<[string, object, string]>([
    ["a name without end", { client_name: "x".repeat(201) }, "invalid_client_metadata"],
    ["such a name in another language", { "client_name#de": "x".repeat(201) }, "invalid_client_metadata"],
    ["a thousand redirect URIs", { redirect_uris: Array(1_000).fill("a:b") }, "invalid_redirect_uri"],
    [
      "a redirect URI without end",
      { redirect_uris: [`${REDIRECT}${"x".repeat(2_048)}`] },
      "invalid_redirect_uri",
    ],
    [
      "a logo's address without end",
      { logo_uri: `${REDIRECT}${"x".repeat(2_048)}` },
      "invalid_client_metadata",
    ],
    ["a field's name without end", { [`client_name#${"x".repeat(300)}`]: "x" }, "invalid_client_metadata"],
    [
      "fields without end",
      Object.fromEntries(Array.from({ length: 100 }, (_, nth) => [`client_name#${nth}`, "x"])),
      "invalid_client_metadata",
    ],
  ])("with %s is refused, says why, and is not kept", async (_what, more, error) => {
    const before = await stored();
    const { status, body } = await named(more);
    expect([status, body.error]).toEqual([400, error]);
    expect(body.error_description).toMatch(/at most \d+/);
    expect(await stored()).toBe(before);
  });

  test.each([17_000, 1_000_000])("of %d bytes is refused, and is not kept", async (bytes) => {
    const before = await stored();
    const { status, body } = await named({ software_id: "x".repeat(bytes) });
    expect([status, body]).toEqual([
      413,
      { error: "invalid_client_metadata", error_description: "A registration has at most 16384 bytes." },
    ]);
    expect(await stored()).toBe(before);
  });

  test.each(["{", "[]", "null", '"x"'])("that is no object is the provider's to refuse: %s", async (body) => {
    expect((await register(body)).status).toBe(400);
  });
});

describe("what a client registers", () => {
  test("may list grant types that aren't known here: they are left out", async () => {
    const { status, body } = await named({
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    });
    expect([status, body.grant_types]).toEqual([201, ["authorization_code", "refresh_token"]]);
    expect((await named({ grant_types: ["password"] })).status).toBe(400);
  });

  test("has its scope echoed", async () => {
    const { status, body } = await named({ scope: "devices:read tickets:read" });
    expect([status, body.scope]).toEqual([201, "devices:read tickets:read"]);
    expect((await named({})).body).not.toHaveProperty("scope");
  });

  test("may be Cursor's own callback and nothing else", async () => {
    const callback = "cursor://anysphere.cursor-mcp/oauth/callback";
    expect(await named({ redirect_uris: [callback] })).toMatchObject({
      status: 201,
      body: { redirect_uris: [callback] },
    });
    for (const other of [
      "cursor://anysphere.cursor-mcp/other",
      "evil://callback",
      "http://evil.example/callback",
    ]) {
      expect(await named({ redirect_uris: [other] })).toMatchObject({
        status: 400,
        body: { error: "invalid_redirect_uri" },
      });
    }
  });
});
