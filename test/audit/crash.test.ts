import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../scripts/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

const PROJECT = join(import.meta.dirname, "../..");
const VERSION = "2026-07-28";

let instance: TestInstance;
beforeAll(async () => {
  instance = await startTestInstance();
}, 120_000);
afterAll(() => instance.dispose());

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

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join("scripts", "audit.ts"), "verify", "--wait", "60"],
    { cwd: PROJECT, env: { ...process.env, STATE_DIR: instance.stateDir } },
  );
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, conflicts: 0, dead_letters: 0 });
  const stored = instance.sql<{ event_id: string }>(
    "SELECT event_id FROM audit_events WHERE tool = 'whoami'",
  );
  expect(stored.map(({ event_id }) => event_id).sort()).toEqual(given.sort());
}, 180_000);
