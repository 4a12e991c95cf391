import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LabControls } from "../../cli/demo/lab.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { faults, release } from "../lab/support/estate.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { Devices } from "./support/devices.ts";
import { ENVELOPE, type Message, type Reply, Wire } from "./support/wire.ts";

const SCOPE = "devices:read devices:contain";
const REASON = "End to end";

let instance: TestInstance;
let lab: LabControls;
let devices: Devices;

beforeAll(async () => {
  instance = await startTestInstance();
  lab = new LabControls(instance.lab.url);
  devices = await Devices.of(instance.lab.url);
});
afterEach(() => lab.clear());
afterAll(() => instance.dispose());

/** A fresh client of a person, and so a session of its own. */
async function as(user: string): Promise<Wire> {
  const mcpUrl = `${instance.url}/mcp`;
  return new Wire(mcpUrl, (await signIn({ mcpUrl, user, scope: SCOPE })).access_token);
}

/** A call's result, as far as these tests look at it. */
interface Structured {
  readonly status: string;
  readonly data: Record<string, unknown>;
  readonly operation: { readonly id: string; readonly replayed: boolean; readonly evidence: string };
  readonly error: { readonly code: string };
}

function structured({ message }: { message: Message }): Structured {
  return message.result?.structuredContent as Structured;
}

async function contain(
  wire: { call(name: string, args: object): Promise<Reply> },
  device_id: string,
  more = {},
) {
  return structured(await wire.call("contain_device", { device_id, reason: REASON, ...more }));
}

/** Like {@link contain}, again for as long as the answer is that somebody else's call is still under way. */
async function containAlong(...asked: Parameters<typeof contain>): Promise<Structured> {
  for (;;) {
    const result = await contain(...asked);
    if (result.error?.code !== "operation_in_progress") return result;
  }
}

describe("a client that goes away in the middle of a call", () => {
  it.each(["2025", "2026"])("doesn't stop the operation (%s lane)", async (lane) => {
    const wire = await as("responder");
    const legacy = await wire.initialize();
    const device_id = devices.take();
    await lab.fault({ operation: "PerformActionV2", mode: "slow", delay_ms: 600_000, times: 1 });
    const leaving = new AbortController();
    const params = { name: "contain_device", arguments: { device_id, reason: REASON } };
    const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    const sent =
      lane === "2025"
        ? legacy.send({ body, signal: leaving.signal }).then((answer) => answer.text())
        : wire.send({
            body: { ...body, params: { ...params, _meta: ENVELOPE } },
            headers: {
              "mcp-protocol-version": "2026-07-28",
              "mcp-method": "tools/call",
              "mcp-name": "contain_device",
            },
            signal: leaving.signal,
          });
    await faults(instance.lab, 1);
    leaving.abort();
    await expect(sent).rejects.toThrow("aborted");
    // Whoever answers what came later has noticed that the client left.
    expect(structured(await wire.call("whoami"))).toMatchObject({ status: "ok" });
    await release(instance.lab);

    // Asked again, it is the same operation, and it was carried out by nobody's patience.
    const again = await containAlong(wire, device_id);
    expect(again).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "answered" } });
    expect(await lab.effects(device_id)).toHaveLength(1);
    await expect.poll(() => statesOf(again.operation.id)).toEqual(["claimed", "executing", "succeeded"]);
    await expect.poll(() => callsOf(again.operation.id)).toEqual(["allow", "replay"]);
  });

  it("finds its GET stream again at once, by whatever event it says that it saw last", async () => {
    const legacy = await (await as("responder")).initialize();
    for (const seen of ["", "no-such-event", `${crypto.randomUUID()}_1`]) {
      const leaving = new AbortController();
      const headers: Record<string, string> = seen === "" ? {} : { "last-event-id": seen };
      const stream = await legacy.send({ method: "GET", headers, signal: leaving.signal });
      expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
      leaving.abort();
    }
    expect((await legacy.request("ping")).message.result).toEqual({});
  });
});

describe("two requests of one protocol session with the same id", () => {
  it("are not mixed up: the second is refused while the first is under way, and the first is answered", async () => {
    const legacy = await (await as("responder")).initialize();
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "slow", delay_ms: 600_000, times: 1 });
    const first = legacy.call("get_device", { device_id: devices.take() });
    await faults(instance.lab, 1);
    const second = await legacy.call("whoami");
    expect([second.status, second.message]).toMatchObject([400, { id: 1, error: { code: -32600 } }]);
    await release(instance.lab);
    expect(structured(await first)).toMatchObject({ status: "ok" });
    // Answered, the id is free again; the protocol forbids that, but it harms nobody.
    expect(structured(await legacy.call("whoami"))).toMatchObject({ status: "ok" });
  });

  it("are refused within one batch, too, and nothing of it is carried out", async () => {
    const legacy = await (await as("responder")).initialize();
    const device_id = devices.take();
    const params = { name: "contain_device", arguments: { device_id, reason: REASON } };
    const call = { jsonrpc: "2.0", id: "same", method: "tools/call", params };
    const { status, message } = await legacy.ask({ body: [call, { ...call, method: "ping", params: {} }] });
    expect([status, message]).toMatchObject([400, { id: "same", error: { code: -32600 } }]);
    expect(await lab.effects(device_id)).toEqual([]);
  });

  it("don't count as such once the first was cancelled", async () => {
    const legacy = await (await as("responder")).initialize();
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "slow", delay_ms: 600_000, times: 1 });
    const leaving = new AbortController();
    const params = { name: "get_device", arguments: { device_id: devices.take() } };
    const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    const first = legacy.send({ body, signal: leaving.signal }).then((answer) => answer.text());
    await faults(instance.lab, 1);
    await legacy.ask({
      body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
    });
    leaving.abort();
    await expect(first).rejects.toThrow("aborted");
    expect(structured(await legacy.call("whoami"))).toMatchObject({ status: "ok" });
    await release(instance.lab);
  });
});

function statesOf(operation_id: string): unknown[] {
  const query =
    "SELECT decision FROM audit_events WHERE operation_id = ? AND chain LIKE 'effect/%' ORDER BY seq";
  return instance.sql<{ decision: string }>(query, operation_id).map(({ decision }) => decision);
}

function callsOf(operation_id: string): unknown[] {
  const query =
    "SELECT decision FROM audit_events WHERE operation_id = ? AND chain LIKE 'session/%' ORDER BY seq";
  return instance.sql<{ decision: string }>(query, operation_id).map(({ decision }) => decision);
}

describe("two sessions of one person", () => {
  it("share what was done, and keep their keys apart", async () => {
    const [first, second] = [await as("responder"), await as("responder")];
    const [one, other] = [devices.take(), devices.take()];
    const idempotency_key = "same-key-in-both";
    const done = await contain(first, one, { idempotency_key });
    expect(done).toMatchObject({ operation: { replayed: false } });

    // The same action in the other session: the same operation, whatever the key.
    for (const key of [{}, { idempotency_key: "another-key" }]) {
      expect(await contain(second, one, key)).toMatchObject({
        operation: { id: done.operation.id, replayed: true },
      });
    }
    // The same key in the other session stands for nothing yet; in the first, for the first device.
    expect(await contain(second, other, { idempotency_key })).toMatchObject({
      operation: { replayed: false },
    });
    expect(await contain(first, other, { idempotency_key })).toMatchObject({
      error: { code: "idempotency_key_reused" },
    });
    expect(await contain(second, one, { idempotency_key })).toMatchObject({
      error: { code: "idempotency_key_reused" },
    });
    expect(await lab.effects(one)).toHaveLength(1);
    expect(await lab.effects(other)).toHaveLength(1);
  });

  it("are one where it is one client, on whichever lane", async () => {
    const wire = await as("responder");
    const legacy = await wire.initialize();
    const device_id = devices.take();
    const idempotency_key = "one-key-two-lanes";
    const first = await contain(legacy, device_id, { idempotency_key });
    const again = await contain(wire, device_id, { idempotency_key });
    expect(again.operation).toMatchObject({ id: first.operation.id, replayed: true });
    expect(await contain(wire, devices.take(), { idempotency_key })).toMatchObject({
      error: { code: "idempotency_key_reused" },
    });
  });

  it("asking at the same moment bring about one effect", async () => {
    const wires = await Promise.all(["responder", "responder", "responder2"].map(as));
    const device_id = devices.take();
    const results = await Promise.all(
      wires.flatMap((wire) => [containAlong(wire, device_id), containAlong(wire, device_id)]),
    );
    expect(results.filter(({ operation }) => operation?.replayed === false)).toHaveLength(1);
    expect(new Set(results.map(({ operation }) => operation?.id)).size).toBe(1);
    expect(new Set(results.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await lab.effects(device_id)).toHaveLength(1);
  });
});

describe("a runtime that is killed and started again", () => {
  it("leaves a 2025-era client its protocol session, its keys and what was done", async () => {
    const wire = await as("responder");
    const legacy = await wire.initialize();
    const device_id = devices.take();
    const idempotency_key = "before-the-crash";
    const first = await contain(legacy, device_id, { idempotency_key });
    const stream = await legacy.send({ method: "GET" });
    expect(stream.status).toBe(200);

    await instance.kill9();
    await expect(stream.text()).rejects.toThrow();
    await instance.restart();

    expect((await legacy.request("tools/list")).message.result).toHaveProperty("tools");
    const again = await contain(legacy, device_id, { idempotency_key });
    expect(again).toMatchObject({ operation: { id: first.operation.id, replayed: true }, data: first.data });
    expect(await lab.effects(device_id)).toHaveLength(1);
    const stream2 = await legacy.send({ method: "GET" });
    expect(stream2.status).toBe(200);
    await stream2.body?.cancel();
    expect((await wire.call("whoami")).message.result).toMatchObject({ structuredContent: { status: "ok" } });
  });

  it("in the middle of a change leaves its outcome in doubt, settles it, and never repeats it", async () => {
    const wire = await as("responder");
    const device_id = devices.take();
    await lab.fault({ operation: "PerformActionV2", mode: "hold_after_effect", delay_ms: 600_000, times: 1 });
    const lost = contain(wire, device_id).catch((error: unknown) => error);
    await expect.poll(() => lab.effects(device_id)).toHaveLength(1);
    await instance.kill9();
    await lost;
    await instance.restart();
    await expect.poll(async () => (await contain(wire, device_id)).status, { interval: 250 }).toBe("ok");
    expect(await contain(wire, device_id)).toMatchObject({
      operation: { replayed: true, evidence: "read_back" },
    });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });
});
