import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

const PROJECT = join(import.meta.dirname, "../..");
const VERSION = "2026-07-28";

let instance: TestInstance;
beforeAll(async () => {
  instance = await startTestInstance();
}, 120_000);
afterAll(() => instance.dispose());

async function audit(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join("cli", "audit.ts"), ...args], {
    cwd: PROJECT,
    env: { ...process.env, STATE_DIR: instance.stateDir },
    maxBuffer: 1 << 26,
  });
  return stdout;
}

/** Calls a tool and returns the audit id of its answer. */
async function call(token: string, id: number): Promise<string> {
  const response = await fetch(`${instance.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": VERSION,
      "mcp-method": "tools/call",
      "mcp-name": "whoami",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: {
        name: "whoami",
        arguments: {},
        _meta: {
          "io.modelcontextprotocol/protocolVersion": VERSION,
          "io.modelcontextprotocol/clientInfo": { name: "crash test", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  });
  const audit_id = /"audit_id":"([^"]+)"/.exec(await response.text())?.[1];
  return audit_id ?? expect.fail(`${response.status} without an audit id`);
}

test("every audit id that a client was given is in the store after kill -9, and every chain holds", async () => {
  const { access_token } = await signIn({
    mcpUrl: `${instance.url}/mcp`,
    user: "viewer",
    scope: "devices:read",
  });
  const given: string[] = [];
  // Killed with events unsent; then with events in the queue, which a kill empties.
  for (const pause_ms of [0, 600]) {
    for (let count = 0; count < 15; count++) given.push(await call(access_token, given.length));
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    await instance.kill9();
    await instance.restart();
  }

  expect(JSON.parse(await audit("verify", "--wait", "60"))).toMatchObject({
    ok: true,
    conflicts: 0,
    dead_letters: 0,
  });
  const stored = instance.sql<{ event_id: string }>(
    "SELECT event_id FROM audit_events WHERE tool = 'whoami'",
  );
  expect(stored.map(({ event_id }) => event_id).sort()).toEqual(given.sort());
}, 180_000);

test("what the instance signs by its schedule verifies live, and offline by the published key alone", async () => {
  await instance.current().runScheduled(new Date());
  const published = await (await fetch(`${instance.url}/audit/checkpoint`)).json();
  const { checkpoint, keys } = published as { checkpoint: string; keys: unknown[] };
  const live = JSON.parse(await audit("verify", "--wait", "60"));
  expect(live).toMatchObject({ ok: true, signatures: "verified" });
  expect(live.checkpoints).toBeGreaterThanOrEqual(1);

  const file = join(instance.stateDir, "audit.ndjson");
  const kept = join(instance.stateDir, "kept.jws");
  await writeFile(file, await audit("export"));
  await writeFile(kept, checkpoint);
  const args = ["--offline", file, "--key", JSON.stringify(keys[0]), "--checkpoint", kept];
  const offline = JSON.parse(await audit("verify", ...args));
  expect(offline).toMatchObject({ ok: true, in_flight: 0, signatures: "verified", chains: live.chains });
  // The session's chain, the person's and the tenant's own, at least, under a checkpoint by name.
  const listed = instance
    .sql<{ heads: string }>("SELECT heads FROM audit_checkpoints")
    .map(({ heads }) => heads);
  for (const kind of ["session/", "person/", "tenant/"]) expect(listed.join()).toContain(`"${kind}`);
}, 120_000);
