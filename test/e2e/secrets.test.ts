import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Request, Response, fetch as send } from "miniflare";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { localEnvironment } from "../../cli/local/local-environment.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { Devices } from "./support/devices.ts";
import { Wire } from "./support/wire.ts";

/** Stands in whatever a vendor says that isn't part of its contract. */
const CANARY = "canary-6f1b2c";
const DEVICE_ID = "1".repeat(32);

/** Everything that opens anything and that went over the wire, by where it was seen. */
const secrets = new Map<string, string>();
/** Everything that the instance answered to its clients. */
const answers: string[] = [];
/** Everything that it logged. */
const log: string[] = [];
/** What a vendor answers in place of the lab, while it is set. */
let answer: { readonly path: string; readonly make: () => Response } | null = null;
let devices: Devices;

let instance: TestInstance;
let wire: Wire;

beforeAll(async () => {
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    log.push(String(text));
    return true;
  });
  instance = await startTestInstance({ outbound: between });
  const { labUrl, publicUrl } = { labUrl: instance.lab.url, publicUrl: instance.url };
  for (const [name, value] of Object.entries(localEnvironment({ labUrl, publicUrl }))) {
    if (/(SECRET|TOKEN|PRIVATE_KEY|API_KEY|SEALING_KEY)/.test(name)) secrets.set(name, value);
  }
  const mcpUrl = `${instance.url}/mcp`;
  const tokens = await signIn({ mcpUrl, user: "responder", scope: "devices:read devices:contain" });
  secrets.set("MCP access token", tokens.access_token);
  secrets.set("MCP refresh token", tokens.refresh_token);
  wire = new Wire(mcpUrl, tokens.access_token);
  devices = await Devices.of(instance.lab.url);
}, 60_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await instance.dispose();
});

/** Stands between the instance and everybody whom it asks, and takes note of what opens anything. */
async function between(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const authorization = request.headers.get("authorization")?.split(" ")[1];
  if (authorization !== undefined) secrets.set(`credential for ${pathname}`, authorization);
  if (answer !== null && pathname === `/crowdstrike${answer.path}`) return answer.make();
  const response = await send(request);
  if (!/token/.test(pathname)) return response as unknown as Response;
  const text = await response.text();
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    if (/_token$/.test(name)) secrets.set(`${name} from ${pathname}`, String(value));
  }
  const { status, headers } = response;
  return new Response(text, { status, headers });
}

/** Calls a tool and keeps what came back, headers and all. */
async function call(name: string, args: object): Promise<string> {
  const { status, headers, messages } = await wire.call(name, args);
  const whole = JSON.stringify([status, [...headers], messages]);
  answers.push(whole);
  return whole;
}

/** Whatever of the state on disk holds `text`, by file. The lab's own is the vendors' business. */
function filesWith(text: string): string[] {
  return readdirSync(instance.stateDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("lab."))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

describe("what a vendor says besides its contract", () => {
  const json = { "content-type": "application/json" };
  const ERRORS = JSON.stringify({
    errors: [{ code: 500, message: CANARY }],
    meta: { trace_id: CANARY },
    resources: [],
  });
  const STRANGE: [string, () => Response][] = [
    ...[400, 401, 403, 404, 409, 418, 429, 500, 503].map((status): [string, () => Response] => [
      `in an error ${status}`,
      () => new Response(ERRORS, { status, headers: { ...json, "x-debug": CANARY, "retry-after": "0" } }),
    ]),
    ["in a page", () => new Response(`<pre>at ${CANARY} (/srv/app.js:1)</pre>`, { status: 502 })],
    ["in an answer that breaks off", () => new Response(`{"resources":["${CANARY}`, { headers: json })],
    [
      "in fields of other types",
      () =>
        new Response(JSON.stringify({ resources: [{ device_id: CANARY, status: CANARY }] }), {
          headers: json,
        }),
    ],
    ["in errors inside a success", () => new Response(ERRORS, { status: 200, headers: json })],
    [
      "in where it sends us",
      () => new Response(null, { status: 302, headers: { location: `http://${CANARY}/` } }),
    ],
  ];

  afterEach(async () => {
    answer = null;
    // A good answer closes the circuit again.
    expect(await call("get_device", { device_id: DEVICE_ID })).toContain("not_found");
  });

  it.each(STRANGE)("%s of a read doesn't get any further", async (_where, strange) => {
    answer = { path: "/devices/entities/devices/v2", make: strange };
    const whole = await call("get_device", { device_id: DEVICE_ID });
    expect(whole).toMatch(/"status":"(error|not_found)"/);
    expect(whole).not.toContain("circuit_open");
    expect(whole).not.toContain(CANARY);
  });

  it.each(STRANGE)("%s of a state change doesn't get any further", async (_where, strange) => {
    answer = { path: "/devices/entities/devices-actions/v2", make: strange };
    const whole = await call("contain_device", { device_id: devices.take(), reason: "Test of secrets" });
    expect(whole).toMatch(/"status":"error".*"operation":/);
    expect(whole).not.toContain("circuit_open");
    expect(whole).not.toContain(CANARY);
  });
});

describe("after all that, and a containment, a refusal and nonsense", () => {
  beforeAll(async () => {
    const done = await call("contain_device", { device_id: devices.take(), reason: "Test of secrets" });
    expect(done).toContain('"state":"succeeded"');
    await call("whoami", {});
    await call("whoami", { nonsense: CANARY });
    await call("search_audit", {});
    const made_up = await new Wire(`${instance.url}/mcp`, `${CANARY}:${CANARY}:x`).ask({ body: "{}" });
    answers.push(JSON.stringify([made_up.status, [...made_up.headers]]));
    const guess = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: CANARY,
      client_id: CANARY,
    });
    const refused = await fetch(`${instance.url}/oauth/token`, { method: "POST", body: guess });
    answers.push(await refused.text());
    const stored = "SELECT COUNT(*) AS n FROM audit_events WHERE decision = 'succeeded'";
    await vi.waitFor(() => expect(instance.sql(stored)).toEqual([{ n: 1 }]), { timeout: 30_000 });
  }, 60_000);

  it("something was watched at all", async () => {
    expect(secrets.size).toBeGreaterThan(12);
    expect([...secrets.keys()].filter((name) => name.startsWith("credential for"))).not.toEqual([]);
    expect([...secrets.keys()].filter((name) => /refresh_token from/.test(name))).not.toEqual([]);
    expect(answers.length).toBeGreaterThan(40);
    await expect.poll(() => log.join("")).toContain("refusal");
    expect(filesWith("contain_device")).not.toEqual([]);
  });

  it("no secret and no token is in any answer", () => {
    const all = answers.join("\n");
    for (const [name, secret] of secrets) expect(all.includes(secret), name).toBe(false);
  });

  it("no secret, no token and nothing that a vendor let slip is in the log", () => {
    const all = log.join("\n");
    expect(all).not.toContain(CANARY);
    for (const [name, secret] of secrets) expect(all.includes(secret), name).toBe(false);
  });

  it("no secret, no token and nothing that a vendor let slip is in the state on disk", () => {
    expect(filesWith(CANARY)).toEqual([]);
    for (const [name, secret] of secrets) expect(filesWith(secret), name).toEqual([]);
  });
});
