/** The deployment as a client meets it: started on this machine, with a simulator of the inventory. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  freePort,
  type Instance,
  type Lab,
  READ_FAULTS,
  type Simulator,
  signIn,
  startInstance,
  startLab,
  type VendorReply,
} from "sallyport/testing";

const KEY = "a-key-of-the-inventory";

const say = (status: number, body: object): VendorReply => ({ status, body });

/** The inventory, as far as it is asked: it knows one host, and nobody without the key. */
const inventory = (): Simulator => ({
  vendor: "inventory",
  operations: [
    {
      id: "getOwner",
      method: "GET",
      path: "/owners/{hostname}",
      takesToken: false,
      handle({ headers, params }) {
        if (headers.get("authorization") !== `Bearer ${KEY}`) return say(401, { error: "who are you" });
        if (params.hostname === "WS-01") return say(200, { name: "Olga Owner", email: "olga@acme.test" });
        return say(404, { error: "unknown host" });
      },
    },
  ],
  failure: (_request, status) => say(status, { error: "out of order" }),
  rateLimited: () => ({ ...say(429, { error: "too many requests" }), headers: { "retry-after": "1" } }),
  tokenRefused: () => say(401, { error: "who are you" }),
  partial: () => say(200, { error: "half of it is missing" }),
  drift: () => ({ owner: 7 }),
  headers: () => ({}),
});

let stateDir: string;
let lab: Lab;
let instance: Instance;
let client: Client;

before(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "private-connector-"));
  lab = await startLab({ port: 0, stateDir, simulators: [inventory] });
  instance = await startInstance({
    port: await freePort(),
    stateDir,
    labUrl: lab.url,
    project: join(import.meta.dirname, ".."),
    environment: { INVENTORY_BASE_URL: lab.vendors.inventory ?? "", INVENTORY_READ_API_KEY: KEY },
    log: () => {},
  });
  const mcpUrl = `${instance.url}/mcp`;
  const { access_token } = await signIn({ mcpUrl, user: "viewer", scope: "devices:read" });
  client = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${access_token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit }));
});

after(async () => {
  await client?.close();
  await instance?.dispose();
  await lab?.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function ask(hostname: string) {
  const { structuredContent } = await client.callTool({ name: "find_device_owner", arguments: { hostname } });
  return structuredContent as Record<string, unknown> & { audit_id: string };
}

test("a device's owner is found, and the call is in the audit", async () => {
  const found = await ask("WS-01");
  assert.equal(found.status, "ok");
  assert.deepEqual(found.data, { owner: { name: "Olga Owner", email: "olga@acme.test" } });

  const database = await instance.database();
  for (;;) {
    const row = await database
      .prepare("SELECT tool, decision, outcome FROM audit_events WHERE event_id = ?")
      .bind(found.audit_id)
      .first();
    if (row === null) continue;
    assert.deepEqual(row, { tool: "find_device_owner", decision: "allow", outcome: "ok" });
    return;
  }
});

test("a host that the inventory doesn't know is not found, and no outage", async () => {
  assert.equal((await ask("WS-99")).status, "not_found");
});

for (const fault of READ_FAULTS) {
  test(`under ${JSON.stringify(fault)} nobody hears that there is no owner`, async () => {
    await fetch(`${lab.url}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ vendor: "inventory", ...fault }),
    });
    try {
      assert.equal((await ask("WS-01")).status, "error");
    } finally {
      await fetch(`${lab.url}/faults`, { method: "DELETE" });
    }
  });
}
