/** A deployment with a second vendor of devices and tickets, asked along the whole path. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import type { Result } from "../../src/path/answer.ts";
import { CALLER_HEADER } from "../../src/session/caller.ts";
import { SessionObject } from "../../src/session/session-object.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { simulated } from "./simulated-vendor.ts";

const why = { reason: "Test of two sources" };
const beta = simulated("beta");
const catalogue = new Catalogue({ ...deployment, connectors: [...deployment.connectors, beta.connector] });

let fresh: () => string;

beforeAll(async () => {
  fresh = await freshDevices();
});

type Ask = (name: string, args: object) => Promise<Result>;

/** Runs `work` with a responder's session of that deployment. */
async function withTwo(person: string, variables: object, work: (ask: Ask) => Promise<void>): Promise<void> {
  const { session_id, client_id } = await signedIn(person, "responder");
  await runInDurableObject(env.SESSION.getByName(session_id), async (_object, state) => {
    const session = new SessionObject(state, { ...env, ...variables } as Env, catalogue);
    await work(async (name, args) => {
      const scopes = ["devices:read", "devices:contain", "tickets:write"];
      const _meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      };
      const answer = await session.fetch(
        new Request(`${env.PUBLIC_URL}/mcp`, {
          method: "POST",
          headers: {
            host: new URL(env.PUBLIC_URL).host,
            accept: "application/json, text/event-stream",
            "content-type": "application/json",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": name,
            [CALLER_HEADER]: JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }),
          },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "tools/call",
            params: { name, arguments: args, _meta },
          }),
        }),
      );
      const { result } = await answer.json<{ result: { structuredContent: Result } }>();
      return result.structuredContent;
    });
  });
}

test("both answer a search, and an id names the one that is asked", async () => {
  await withTwo("two-1", beta.env, async (ask) => {
    const page = await ask("search_devices", { limit: 4 });
    expect(page).toMatchObject({
      status: "ok",
      data: {
        devices: [
          { device_id: expect.stringMatching(/^crowdstrike:/) },
          { device_id: expect.stringMatching(/^crowdstrike:/) },
          { device_id: "beta:beta-0" },
          { device_id: "beta:beta-1" },
        ],
      },
      coverage: {
        complete: false,
        sources: [
          { source: "crowdstrike", status: "ok", count: 2 },
          { source: "beta", status: "ok", count: 2 },
        ],
      },
    });
    expect(await ask("get_device", { device_id: "beta:beta-3" })).toMatchObject({
      status: "ok",
      data: { device_id: "beta:beta-3" },
      coverage: {
        complete: true,
        sources: [
          { source: "beta", status: "ok" },
          { source: "crowdstrike", status: "not_asked" },
        ],
      },
    });
  });
});

test("one that isn't configured is off, and bare ids are the other's", async () => {
  const device = fresh();
  await withTwo("two-2", {}, async (ask) => {
    expect(await ask("search_devices", { limit: 100 })).toMatchObject({
      status: "ok",
      coverage: {
        complete: false,
        sources: [
          { source: "crowdstrike", status: "ok" },
          { source: "beta", status: "off", error: { code: "tool_disabled" } },
        ],
      },
    });
    expect(await ask("get_device", { device_id: device.replace("crowdstrike:", "") })).toMatchObject({
      status: "ok",
    });
    expect(await ask("contain_device", { device_id: "beta:beta-3", ...why })).toMatchObject({
      error: { code: "tool_disabled", message: expect.stringContaining("The beta vendor") },
    });
    expect(await ask("contain_device", { device_id: device, ...why })).toMatchObject({ status: "ok" });
  });
});

test("a change goes to the source in the id, and a bare id is refused", async () => {
  const device = fresh();
  await withTwo("two-3", beta.env, async (ask) => {
    const bare = device.replace("crowdstrike:", "");
    expect(await ask("contain_device", { device_id: bare, ...why })).toMatchObject({
      error: {
        code: "invalid_input",
        issues: [{ path: "device_id", expected: "crowdstrike:… or beta:…" }],
      },
    });
    expect(await lab.effects(bare)).toHaveLength(0);
    expect(await ask("contain_device", { device_id: `crowdstrike:${bare}`, ...why })).toMatchObject({
      status: "ok",
      data: { device_id: `crowdstrike:${bare}` },
    });
    expect(await lab.effects(bare)).toHaveLength(1);
  });
});

test("a creation needs to be told where", async () => {
  await withTwo("two-4", beta.env, async (ask) => {
    expect(await ask("create_ticket", { title: "One", description: "More", ...why })).toMatchObject({
      error: { code: "invalid_input", issues: [{ path: "source", allowed: ["jira", "beta"] }] },
    });
  });
});
