/**
 * Whoever publishes a client's metadata, or only says that it is published somewhere: the instance fetches what they
 * name, before anybody has signed in.
 */
import { createHash } from "node:crypto";
import { type Request, Response, fetch as send } from "miniflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

const CLIENT_ID = "https://agent.example/mcp/client.json";
const REDIRECT_URI = "https://agent.example/callback";
/** Long enough for the provider to lose patience with a document that doesn't come: it gives it ten seconds. */
const PATIENCE_MS = 30_000;

let instance: TestInstance;
/** What stands at an address, instead of what the network has there. */
const published = new Map<string, () => Response | Promise<Response>>();
/** Every address that the instance asked for. */
let asked: string[] = [];

beforeAll(async () => {
  instance = await startTestInstance({
    outbound: async (request: Request) => {
      asked.push(request.url);
      const publish = published.get(request.url);
      if (publish !== undefined) return publish();
      const outside = !request.url.startsWith(instance.lab.url);
      return outside ? new Response(null, { status: 404 }) : ((await send(request)) as unknown as Response);
    },
  });
});
afterAll(() => instance.dispose());
beforeEach(() => {
  published.clear();
  asked = [];
});

function documentOf(client_id: string, more: object = {}): object {
  const metadata = { client_id, client_name: "Agent", redirect_uris: [REDIRECT_URI] };
  return { ...metadata, token_endpoint_auth_method: "none", ...more };
}

/** What a browser gets that is sent here by a client of this id. */
async function authorize(
  client_id: string,
  redirect_uri = REDIRECT_URI,
): Promise<{ status: number; location: string | null; heading: string }> {
  const query = new URLSearchParams({
    client_id,
    redirect_uri,
    response_type: "code",
    scope: "devices:read",
    state: "s",
    code_challenge: createHash("sha256").update("v".repeat(43)).digest("base64url"),
    code_challenge_method: "S256",
    resource: `${instance.url}/mcp`,
  });
  const answer = await fetch(`${instance.url}/authorize?${query}`, { redirect: "manual" });
  return {
    status: answer.status,
    location: answer.headers.get("location"),
    heading: headingOf(await answer.text()),
  };
}

const UNVERIFIED = { status: 400, location: null, heading: "This app could not be verified" };

/** What the token endpoint answers to a request of a client of this id. */
async function askForToken(client_id: string, more: Record<string, string> = {}): Promise<number> {
  const body = new URLSearchParams({ grant_type: "authorization_code", code: "a:b:c", client_id, ...more });
  return (await fetch(`${instance.url}/oauth/token`, { method: "POST", body })).status;
}

describe("client impersonation", () => {
  it("a client that publishes what it is, is let in", async () => {
    published.set(CLIENT_ID, () => Response.json(documentOf(CLIENT_ID)));
    expect((await authorize(CLIENT_ID)).location).toContain(`${instance.lab.url}/oidc`);
  });

  // The provider's defence.
  it("by a document that speaks for another client", async () => {
    published.set(CLIENT_ID, () => Response.json(documentOf("https://claude.example/client.json")));
    expect(await authorize(CLIENT_ID)).toEqual(UNVERIFIED);
  });

  // The provider's defence.
  it("by a redirect URI that its document doesn't have", async () => {
    published.set(CLIENT_ID, () => Response.json(documentOf(CLIENT_ID)));
    for (const elsewhere of [
      "https://evil.example/callback",
      `${REDIRECT_URI}/x`,
      "http://127.0.0.1:9/callback",
    ]) {
      const { status, location } = await authorize(CLIENT_ID, elsewhere);
      expect([status, location]).toEqual([400, null]);
    }
  });

  it("by an open redirect on a well-known domain: where it leads isn't even asked", async () => {
    const well_known = "https://claude.example/leave?to=https://evil.example/client.json";
    const evil = "https://evil.example/client.json";
    for (const status of [301, 302, 303, 307, 308]) {
      published.set(well_known, () => new Response(null, { status, headers: { location: evil } }));
      published.set(evil, () => Response.json(documentOf(well_known)));
      expect(await authorize(well_known)).toEqual(UNVERIFIED);
    }
    expect(asked).not.toContain(evil);
    expect(asked).toContain(well_known);
  });

  // The provider's defence.
  it.each([
    ["userinfo", "https://claude.example@evil.example/client.json"],
    ["a fragment", "https://evil.example/client.json#claude.example"],
    ["dot segments", "https://claude.example/../evil/client.json"],
    ["a backslash", "https://claude.example\\@evil.example/client.json"],
  ])("by an id with %s", async (_what, client_id) => {
    published.set(new URL(client_id).href, () => Response.json(documentOf(client_id)));
    expect((await authorize(client_id)).status).toBe(400);
    expect(asked).toEqual([]);
  });
});

describe("SSRF by a client's id", () => {
  it.each([
    "https://127.0.0.1/client.json",
    "https://127.1/client.json",
    "https://2130706433/client.json",
    "https://[::1]/client.json",
    "https://[::ffff:10.0.0.1]/client.json",
    "https://localhost/client.json",
    "https://localhost.:8443/client.json",
    "https://10.0.0.1/client.json",
    "https://192.168.1.1/client.json",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://printer/client.json",
    "https://nas.local/client.json",
    "http://agent.example/client.json",
    "ftp://agent.example/client.json",
  ])("%s is never asked, whichever door it comes through", async (client_id) => {
    expect((await authorize(client_id)).status).toBe(400);
    expect(await askForToken(client_id)).toBeGreaterThanOrEqual(400);
    expect(await askForToken(client_id, { token: "a:b:c", grant_type: "" })).toBeGreaterThanOrEqual(400);
    expect(asked).toEqual([]);
  });

  it("by a redirect to a private address", async () => {
    published.set(
      CLIENT_ID,
      () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }),
    );
    expect(await authorize(CLIENT_ID)).toEqual(UNVERIFIED);
    expect(asked).toEqual([CLIENT_ID]);
  });

  it("by the address of a client's keys", async () => {
    const keys = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256" };
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: CLIENT_ID, sub: CLIENT_ID, aud: instance.url, exp: now + 60, iat: now, jti: "1" };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const client_assertion = `${part({ alg: "ES256", kid: "k" })}.${part(claims)}.${"A".repeat(86)}`;
    const asserted = {
      client_assertion,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    };
    const good = "https://agent.example/keys";
    for (const jwks_uri of [good, "https://10.0.0.1/keys", "https://localhost/keys"]) {
      published.set(CLIENT_ID, () => Response.json(documentOf(CLIENT_ID, { ...keys, jwks_uri })));
      expect(await askForToken(CLIENT_ID, asserted)).toBeGreaterThanOrEqual(400);
    }
    expect(new Set(asked)).toEqual(new Set([CLIENT_ID, good]));
  });
});

// The provider's defences: 5 KB, and ten seconds.
describe("a document that would wear the instance out", () => {
  it("by its size, whether it says so or not", async () => {
    const padding = "x".repeat(1024 * 1024);
    published.set(CLIENT_ID, () => Response.json(documentOf(CLIENT_ID, { padding })));
    expect(await authorize(CLIENT_ID)).toEqual(UNVERIFIED);
    published.set(
      CLIENT_ID,
      () => new Response(new Blob([JSON.stringify(documentOf(CLIENT_ID, { padding }))]).stream()),
    );
    expect(await authorize(CLIENT_ID)).toEqual(UNVERIFIED);
  });

  it(
    "by never coming",
    async () => {
      const given_up = Promise.withResolvers<Response>();
      published.set(CLIENT_ID, () => given_up.promise);
      expect(await authorize(CLIENT_ID)).toEqual({ ...UNVERIFIED, status: 503 });
      given_up.resolve(Response.json(documentOf(CLIENT_ID)));
    },
    PATIENCE_MS,
  );
});
