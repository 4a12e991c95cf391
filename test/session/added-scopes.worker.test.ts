/** A person allows one connection more on a page: the token that the client has is enough. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type ConsoleBrowser, consoleOf } from "../support/worker/console.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { ENVELOPE, ERAS, type Era } from "../support/worker/eras.ts";
import { connect, MCP_URL, newClient, reach } from "../support/worker/oauth.ts";
import { chainOf, personKeyOf, personOf } from "../support/worker/person.ts";
import { machine, PUBLISHED_CLIENT, publishMetadata } from "../support/worker/published-client.ts";

const USER = "responder";
let device: () => string;

afterEach(() => vi.restoreAllMocks());

beforeAll(async () => {
  device = await freshDevices();
});

interface Answer {
  readonly http: number;
  readonly status?: string;
  readonly code?: string;
  readonly grant_url?: string;
  readonly next_step?: string;
  readonly required_scopes?: readonly string[];
}

/** One call of a tool with a client's token, as a client of that era sends it. */
async function callWith(token: string, era: Era, name: string, args: object): Promise<Answer> {
  const modern = era === "2026-07-28";
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": era,
    ...(modern ? { "mcp-method": "tools/call", "mcp-name": name } : {}),
  };
  const send = (method: string, params: object) =>
    reach(MCP_URL, {
      method: "POST",
      headers,
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
  if (!modern) {
    const clientInfo = { name: "test", version: "1" };
    const begun = await send("initialize", { protocolVersion: era, capabilities: {}, clientInfo });
    headers["mcp-session-id"] = begun.headers.get("mcp-session-id") ?? "";
    await begun.text();
  }
  const meta = modern ? { _meta: ENVELOPE } : {};
  const answer = await send("tools/call", { name, arguments: args, ...meta });
  const text = await answer.text();
  const message = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? (text || "{}"));
  const result = message.result?.structuredContent ?? message.error?.data ?? {};
  return { http: answer.status, status: result.status, ...result.error };
}

const contain = (token: string, era: Era, device_id: string) =>
  callWith(token, era, "contain_device", { device_id, reason: "Test of added scopes" });

/** Allows on a page what an answer's `grant_url` asks for. */
async function allowAt(grant_url: string, browser: ConsoleBrowser) {
  const { pathname, search } = new URL(grant_url);
  const page = await browser.open(pathname + search);
  const ticked = [...page.html.matchAll(/value="([a-z]+:[a-z]+)" checked/g)].map(([, scope = ""]) => scope);
  const answer = await browser.post(pathname, { scope: ticked.join() }, pathname + search);
  return { page, ticked, answer };
}

const grantOf = (grant_url: string) => new URL(grant_url).pathname.split("/").at(-1) ?? "";

describe.each(ERAS)("a client of %s that asked for reads alone", (era) => {
  it("contains a device with the same token, once its person has allowed that on the page", async () => {
    const { tokens } = await connect(USER, "devices:read");
    const device_id = device();
    const refused = await contain(tokens.access_token, era, device_id);
    expect(refused).toMatchObject({
      http: era === "2026-07-28" ? 403 : 200,
      status: "error",
      code: "scope_missing",
      required_scopes: ["devices:read", "devices:contain"],
      next_step: expect.stringContaining("grant_url"),
    });
    const { grant_url = "" } = refused;
    expect(grant_url).toMatch(/^http.*\/console\/grants\/[\w-]+\?scope=devices%3Acontain$/);

    const { page, ticked } = await allowAt(grant_url, await consoleOf(USER));
    expect(page.html).toContain("Sallyport command line");
    expect(ticked).toEqual(["devices:contain"]);
    expect(await contain(tokens.access_token, era, device_id)).toMatchObject({ http: 200, status: "ok" });
  });
});

describe("what a person adds to a connection", () => {
  it("is taken back by them, and by an administrator, and then holds no longer", async () => {
    const { tokens } = await connect(USER, "devices:read");
    const token = tokens.access_token;
    const { grant_url = "" } = await contain(token, "2026-07-28", device());
    for (const user of [USER, "admin"]) {
      await allowAt(grant_url, await consoleOf(USER));
      expect(await contain(token, "2026-07-28", device())).toMatchObject({ status: "ok" });
      const path = `/console/sessions/${personKeyOf(USER)}`;
      const browser = await consoleOf(user);
      await browser.post(`${path}/take-back`, { grant: grantOf(grant_url) }, path);
      expect(await contain(token, "2026-07-28", device())).toMatchObject({ code: "scope_missing" });
    }
    const facts = (await chainOf(USER)).filter(({ detail }) => detail?.grant_id === grantOf(grant_url));
    expect(facts.filter(({ type }) => type === "consent").map(({ decision }) => decision)).toEqual([
      "scopes_added",
      "scopes_taken_back",
      "scopes_added",
      "scopes_taken_back",
    ]);
  });

  it("is for that connection alone, though another one shares its session", async () => {
    publishMetadata();
    const laptop = (await machine(USER, 4_001)).tokens.access_token;
    const desktop = (await machine(USER, 4_002)).tokens.access_token;
    const { grant_url = "" } = await contain(laptop, "2026-07-28", device());
    await allowAt(grant_url, await consoleOf(USER));
    expect(await contain(laptop, "2026-07-28", device())).toMatchObject({ status: "ok" });
    const refused = await contain(desktop, "2026-07-28", device());
    expect(refused).toMatchObject({ code: "scope_missing" });
    expect(grantOf(refused.grant_url ?? "")).not.toBe(grantOf(grant_url));
    const sessions = (await personOf(USER).listConnections()).filter(
      ({ client_id }) => client_id === PUBLISHED_CLIENT,
    );
    expect(sessions.map(({ session_id }) => session_id)).toEqual([
      sessions[0]?.session_id,
      sessions[0]?.session_id,
    ]);
  });

  it("isn't for a token that its client asked to be narrower", async () => {
    const { client, tokens } = await connect(USER, "devices:read tickets:read");
    const { grant_url = "" } = await contain(tokens.access_token, "2026-07-28", device());
    await allowAt(grant_url, await consoleOf(USER));
    const narrower = await client.refresh(tokens.refresh_token, "devices:read");
    expect(narrower.scope).toBe("devices:read");
    const refused = await contain(narrower.access_token, "2026-07-28", device());
    expect(refused).toMatchObject({ code: "scope_missing" });
    expect(refused.grant_url).toBeUndefined();
  });

  it("ends after thirty days", async () => {
    const { tokens } = await connect(USER, "devices:read");
    const { grant_url = "" } = await contain(tokens.access_token, "2026-07-28", device());
    await allowAt(grant_url, await consoleOf(USER));
    const [connection] = (await personOf(USER).listConnections()).filter(
      ({ grant_id }) => grant_id === grantOf(grant_url),
    );
    const [added] = connection?.added ?? [];
    expect(added?.scope).toBe("devices:contain");
    const days = (Date.parse(added?.until ?? "") - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);

    const session = env.SESSION.getByName(connection?.session_id ?? "");
    const over = [{ scope: "devices:contain" as const, until: Date.now() - 1 }];
    await session.allow({ grant_id: grantOf(grant_url), revision: 100, added: over });
    expect(await contain(tokens.access_token, "2026-07-28", device())).toMatchObject({
      code: "scope_missing",
    });
  });

  it("stays as the newer word has it, when two words cross", async () => {
    const { tokens } = await connect(USER, "devices:read");
    const { grant_url = "" } = await contain(tokens.access_token, "2026-07-28", device());
    const grant_id = grantOf(grant_url);
    const connection = (await personOf(USER).listConnections()).find((known) => known.grant_id === grant_id);
    const session = env.SESSION.getByName(connection?.session_id ?? "");
    const added = [{ scope: "devices:contain" as const, until: Date.now() + 60_000 }];
    await session.allow({ grant_id, revision: 2, added: [] });
    await session.allow({ grant_id, revision: 1, added });
    expect(await contain(tokens.access_token, "2026-07-28", device())).toMatchObject({
      code: "scope_missing",
    });
  });
});

describe("signing in again", () => {
  it("ends what a registered client held before: it is one machine", async () => {
    const client = await newClient();
    const signIn = async () => (await client.openConsentPage({ user: USER, scope: "devices:read" })).allow();
    const before = (await signIn()).access_token;
    const now = (await signIn()).access_token;
    expect((await contain(before, "2026-07-28", device())).http).toBe(401);
    expect((await contain(now, "2026-07-28", device())).http).toBe(403);
    const held = (await personOf(USER).listConnections()).filter(
      ({ client_id }) => client_id === client.client_id,
    );
    expect(held).toHaveLength(1);
  });
});

describe("the page of a connection", () => {
  it("is nobody else's, an administrator's neither", async () => {
    const { tokens } = await connect(USER, "devices:read");
    const { grant_url = "" } = await contain(tokens.access_token, "2026-07-28", device());
    const { pathname } = new URL(grant_url);
    for (const user of ["viewer", "admin"]) {
      const browser = await consoleOf(user);
      expect((await browser.open(pathname)).status).toBe(404);
      expect((await browser.post(pathname, { scope: "devices:contain" })).status).toBe(404);
    }
    expect(await contain(tokens.access_token, "2026-07-28", device())).toMatchObject({
      code: "scope_missing",
    });
  });

  it("adds nothing that the role doesn't allow", async () => {
    const { tokens } = await connect("viewer", "devices:read");
    const connection = (await personOf("viewer").listConnections())[0];
    const path = `/console/grants/${connection?.grant_id}`;
    const browser = await consoleOf("viewer");
    const page = await browser.open(`${path}?scope=devices:contain`);
    // The visible text escapes the apostrophe.
    expect(page.html).toContain("allow devices:contain");
    expect(page.html).not.toContain('value="devices:contain"');
    expect((await browser.post(path, { scope: "devices:contain" }, path)).status).toBe(403);
    expect(await contain(tokens.access_token, "2026-07-28", device())).toMatchObject({
      code: "role_forbids",
    });
  });

  it("changes nothing where nothing was ticked", async () => {
    await connect(USER, "devices:read");
    const connection = (await personOf(USER).listConnections())[0];
    const path = `/console/grants/${connection?.grant_id}`;
    const browser = await consoleOf(USER);
    expect((await browser.post(path, {}, path)).status).toBe(400);
    expect((await browser.post(path, { scope: "no:such" }, path)).status).toBe(400);
  });
});
