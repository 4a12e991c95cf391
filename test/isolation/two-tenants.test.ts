/**
 * Two tenants that share everything which two tenants could by mistake: one identity provider with the same people,
 * one set of vendors, and every secret. What is one's is still nothing to the other.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { OAuthClient, signIn, type Tokens } from "../../cli/oauth-client.ts";
import { ENVELOPE, INITIALIZE, Wire } from "../e2e/support/wire.ts";
import { consoleCookie, type Neighbours, signedInBrowser, startNeighbours, type Tenant } from "./tenants.ts";

const SCOPE = "devices:read devices:contain";

let both: Neighbours;
let acme: Tenant;
let globex: Tenant;
/** An analyst's, who is a person at both. */
let tokens: { acme: Tokens; globex: Tokens };
let wires: { acme: Wire; globex: Wire };
/** The analyst's containment at Acme, which waits for somebody else. */
let held: { id: string; approval_url: string; device_id: string };
let other_device: string;

beforeAll(async () => {
  both = await startNeighbours();
  ({ acme, globex } = both);
  tokens = { acme: await tokensAt(acme), globex: await tokensAt(globex) };
  wires = { acme: wireTo(acme, tokens.acme), globex: wireTo(globex, tokens.globex) };
  held = await holdAtAcme();
}, 120_000);
afterAll(() => both?.dispose());

function tokensAt({ url }: Tenant): Promise<Tokens> {
  return signIn({ mcpUrl: `${url}/mcp`, user: "analyst", scope: SCOPE });
}

function wireTo({ url }: Tenant, { access_token }: Tokens): Wire {
  return new Wire(`${url}/mcp`, access_token);
}

async function holdAtAcme(): Promise<typeof held> {
  const estate = (await (await fetch(`${both.lab.url}/estate`)).json()) as { hosts: { id: string }[] };
  const [device_id = "", other = ""] = estate.hosts.map(({ id }) => id);
  other_device = other;
  const { message } = await wires.acme.call("contain_device", { device_id, reason: "Beacons to a known C2" });
  const answer = message.result?.structuredContent as
    | { status: string; operation: { id: string; approval_url: string } }
    | undefined;
  if (answer?.status !== "pending_approval") throw new Error(JSON.stringify(message));
  return { ...answer.operation, device_id };
}

/** The same path at the other tenant. */
function atGlobex(address: string): string {
  const { pathname, search } = new URL(address);
  return `${globex.url}${pathname}${search}`;
}

describe("what an agent holds of one tenant is refused by the other", () => {
  test("an access token", async () => {
    const foreign = wireTo(globex, tokens.acme);
    expect((await foreign.ask({ body: INITIALIZE })).status).toBe(401);
    expect((await foreign.call("whoami")).status).toBe(401);
  });

  test("an access token, even where both were given one key-value store", async () => {
    const [from, to] = await Promise.all(
      [acme, globex].map((tenant) => tenant.current().miniflare.getKVNamespace("OAUTH_KV")),
    );
    const fresh = await tokensAt(acme);
    for (const { name } of (await from?.list())?.keys ?? []) {
      await to?.put(name, (await from?.get(name, "text")) ?? "");
    }
    const refused = await wireTo(globex, fresh).ask({ body: INITIALIZE });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain(`resource_metadata="${globex.url}/`);
  });

  test("a refresh token, and the client's registration", async () => {
    const refresh = await fetch(`${globex.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: (await tokensAt(acme)).refresh_token,
        client_id: tokens.globex.client_id,
      }),
    });
    expect(refresh.status).toBe(400);
    expect(await refresh.json()).toMatchObject({ error: "invalid_grant" });

    const registered = await OAuthClient.find({ mcpUrl: `${acme.url}/mcp` });
    const { url } = await registered.authorizationRequest(SCOPE);
    const answer = await fetch(atGlobex(url.href), { redirect: "manual" });
    expect(answer.status).toBe(400);
  });

  test("a protocol session's id", async () => {
    const { id } = await wires.acme.initialize();
    const request = {
      body: { jsonrpc: "2.0", id: 1, method: "tools/list" },
      headers: { "mcp-session-id": id },
    };
    expect((await wires.acme.ask(request)).status).toBe(200);
    expect((await wires.globex.ask(request)).status).toBe(404);
  });

  test("an operation's id", async () => {
    const [own, foreign] = [
      await wires.acme.call("get_operation", { operation_id: held.id }),
      await wires.globex.call("get_operation", { operation_id: held.id }),
    ];
    expect(own.message.result).toMatchObject({ structuredContent: { status: "ok" } });
    expect(foreign.message.result).toMatchObject({ structuredContent: { status: "not_found" } });
  });

  test("a request state, with which a call goes on after its person was asked", async () => {
    const state = await requestState(wires.acme);
    const resumed = await resume(wires.globex, state);
    expect(resumed.error).toMatchObject({
      code: -32602,
      data: { error: { issues: [{ path: "requestState" }] } },
    });
    // It is good where it belongs.
    expect((await resume(wires.acme, state)).error).toBeUndefined();
  });

  async function requestState(wire: Wire): Promise<string> {
    const { message } = await contain(wire, {});
    return z.string().min(1).parse(message.result?.requestState);
  }

  async function resume(wire: Wire, requestState: string) {
    const answers = { approval: { action: "accept" } };
    return (await contain(wire, { requestState, inputResponses: answers })).message;
  }

  function contain(wire: Wire, more: object) {
    const params = {
      name: "contain_device",
      arguments: { device_id: other_device, reason: "Beacons to a known C2" },
      ...more,
      _meta: { ...ENVELOPE, "io.modelcontextprotocol/clientCapabilities": { elicitation: { url: {} } } },
    };
    return wire.ask({
      body: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
      headers: {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "contain_device",
      },
    });
  }
});

describe("what a browser holds of one tenant is refused by the other", () => {
  test("a console session's cookie", async () => {
    const cookie = await consoleCookie(acme, "admin");
    const at = (url: string) => fetch(`${url}/console/sessions`, { headers: { cookie }, redirect: "manual" });
    expect((await at(acme.url)).status).toBe(200);
    const refused = await at(globex.url);
    expect(refused.status).toBe(302);
    expect(new URL(refused.headers.get("location") ?? "").origin).toBe(new URL(both.lab.issuer).origin);
  });

  test("an approval's link, opened or posted to by somebody who may approve there", async () => {
    const approver = await signedInBrowser(globex, "approver");
    const link = atGlobex(held.approval_url);
    expect((await approver.open(link)).status).toBe(404);
    const page = await approver.open(`${globex.url}/console`);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const body = new URLSearchParams({ csrf, decision: "approve", reason: "Looks right" });
    expect((await approver.open(link, { method: "POST", body })).status).toBe(404);
    expect(await effectsOn(held.device_id)).toEqual([]);
    const { message } = await wires.acme.call("get_operation", { operation_id: held.id });
    expect(message.result).toMatchObject({ structuredContent: { data: { state: "awaiting_approval" } } });
  });

  test("a settlement, a person, an event of the audit", async () => {
    const admin = await signedInBrowser(globex, "admin");
    const [event] = await eventsOf(acme);
    const [person] = acme.sql<{ chain: string }>(
      "SELECT chain FROM audit_events WHERE chain LIKE 'person/%' LIMIT 1",
    );
    expect(event).toBeDefined();
    for (const path of [`operations/${held.id}`, `audit/events/${event?.event_id}`]) {
      expect((await admin.open(`${globex.url}/console/${path}`)).status, path).toBe(404);
    }
    // The same human is a person at both: what is shown is what this tenant knows of them.
    const name = person?.chain.split("/")[1] ?? "";
    const shown = await admin.open(`${globex.url}/console/sessions/${encodeURIComponent(name)}`);
    expect(shown.html).not.toContain(tokens.acme.client_id);
  });
});

describe("nothing of one tenant is written down at the other", () => {
  test("each audit holds its own tenant's events, and they name nobody else", async () => {
    for (const tenant of [acme, globex]) {
      const events = await eventsOf(tenant);
      expect(new Set(events.map((event) => event.tenant))).toEqual(new Set([tenant.name]));
    }
    const theirs = (await eventsOf(globex)).map(({ event }) => event).join("\n");
    expect(theirs).not.toContain(acme.url);
    expect(theirs).not.toContain(tokens.acme.client_id);
  });
});

test("an audit's export is refused by whoever expects the other's", async () => {
  // Nothing is on its way any more.
  expect((await audit(acme, "verify", "--wait", "30")).code).toBe(0);
  const folder = await mkdtemp(join(tmpdir(), "sallyport-export-"));
  try {
    const file = join(folder, "acme.ndjson");
    await writeFile(file, (await audit(acme, "export")).stdout);
    const verify = (tenant: string) => audit(globex, "verify", "--offline", file, "--tenant", tenant);
    expect((await verify("acme")).code).toBe(0);
    const { code, stdout } = await verify("globex");
    expect(code).toBe(1);
    expect(JSON.parse(stdout).findings[0]).toMatchObject({ detail: 'it is an event of the tenant "acme"' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function audit({ stateDir }: Tenant, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const program = ["--disable-warning=ExperimentalWarning", "cli/audit.ts", ...args];
  const options = { env: { ...process.env, STATE_DIR: stateDir }, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout });
    });
  });
}

describe("a tenant that took over the other's address and keys", () => {
  beforeAll(() => globex.restart({ PUBLIC_URL: acme.url }), 60_000);

  // Only the tenant's own name is left to tell them apart.
  test("still opens nothing that was sealed for the other", async () => {
    const cookie = await consoleCookie(acme, "admin");
    const refused = await fetch(`${globex.url}/console/sessions`, {
      headers: { cookie },
      redirect: "manual",
    });
    // Sent to sign in, as whoever has no session at all.
    expect(refused.status).toBe(302);
  });
});

async function effectsOn(device_id: string): Promise<unknown[]> {
  const effects = (await (await fetch(`${both.lab.url}/effects`)).json()) as { target: string }[];
  return effects.filter(({ target }) => target === `device/${device_id}`);
}

interface StoredEvent {
  readonly event_id: string;
  readonly tenant: string;
  readonly event: string;
}

/** Once some have arrived: they are on their way through the queue. */
async function eventsOf(tenant: Tenant): Promise<StoredEvent[]> {
  const read = () => tenant.sql<StoredEvent>("SELECT event_id, tenant, event FROM audit_events");
  await expect.poll(() => read().length).toBeGreaterThan(0);
  return read();
}
