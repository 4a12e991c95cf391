import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { hosts } from "../../lab/estate/hosts.ts";
import { effects, fault, faults, release, requests } from "../lab/support/estate.ts";
import type { Agent } from "./agent.ts";
import { CrashEngine } from "./engine.ts";
import { operationsOf } from "./evidence.ts";
import { violations } from "./invariants.ts";
import { Relay } from "./relay.ts";

/**
 * How long after the vendor's ten seconds a request can still land, by the word of whoever configures it here: until
 * a test says otherwise, so long that nothing is proven absent while a machine is slow.
 */
const SETTLES_LATE = { CROWDSTRIKE_SETTLE_MS: "3600000" };
const SETTLES_SOON = { CROWDSTRIKE_SETTLE_MS: "5000" };
/** Longer than anything takes here: the vendor's ten seconds and the time to settle, or thirty to give up a claim. */
const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 240_000 });

const READ_BACK = ["claimed", "executing", "unknown", "probing", "succeeded"];
/** The gate's read of a device. */
const READ = "/crowdstrike/devices/entities/devices/v2";

let vendor: Relay;
let front: Relay;
let engine: CrashEngine;
let responder: Agent;
let second: Agent;
let older: Agent;
const devices = hosts
  .filter(({ online, criticality }) => online && criticality === "low")
  .map(({ id }) => id);

beforeAll(async () => {
  [vendor, front] = await Promise.all([Relay.open(), Relay.open()]);
  engine = await CrashEngine.start({
    CROWDSTRIKE_BASE_URL: `${vendor.url}/crowdstrike`,
    ...SETTLES_LATE,
  });
  vendor.target = engine.lab.url;
  front.target = engine.instance.url;
  responder = await engine.agent("responder", { origin: front.url });
  second = await engine.agent("responder2");
  older = await engine.agent("responder", { era: "2025-11-25" });
}, 60_000);

afterEach(() => fetch(`${engine.lab.url}/faults`, { method: "DELETE" }));
afterAll(async () => {
  await engine?.dispose();
  vendor?.close();
  front?.close();
});

function freshDevice(): string {
  const id = devices.pop();
  if (id === undefined) throw new Error("the lab has no device left");
  return id;
}

/** The effects on one device. */
async function effectsOn(device_id: string) {
  return (await effects(engine.lab)).filter(({ target }) => target === `device/${device_id}`);
}

/** How often the vendor has shown a device. */
async function looks(): Promise<number> {
  const asked = await requests(engine.lab);
  return asked.filter(({ operation, status }) => operation === "PostDeviceDetailsV2" && status === 200)
    .length;
}

/** The states that the audit tells of, for each operation on a device, once it tells of those expected. */
async function expectPaths(device_id: string, expected: readonly string[][]): Promise<void> {
  const paths = () =>
    [...operationsOf({ events: engine.events() }).values()]
      .filter(({ last }) => last.target === `device/crowdstrike:${device_id}`)
      .map(({ transitions }) => transitions.map(({ decision }) => decision));
  await expect.poll(paths).toEqual(expected);
}

/** Looked at again at the end of this file: by then, what was claimed has been given up. */
const before_intent = {
  args: { device_id: freshDevice(), reason: "Beacons", idempotency_key: "before-intent" },
  id: "",
};

test("killed before the intent: nothing was sent, and nothing else takes its place yet", async () => {
  const { args } = before_intent;
  await fault(engine.lab, { operation: "PostDeviceDetailsV2", mode: "slow", delay_ms: 600_000, times: 1 });
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  await faults(engine.lab, 1);
  await engine.kill();
  await lost;
  await engine.restart();

  const meanwhile = await second.call("contain_device", { device_id: args.device_id, reason: "Seen it too" });
  expect(meanwhile).toMatchObject({
    error: { code: "operation_in_progress" },
    operation: { state: "claimed" },
  });
  before_intent.id = meanwhile.operation?.id ?? "";
  expect(await effectsOn(args.device_id)).toEqual([]);
});

test("killed after the intent, with the request lost on its way: proven absent, and a retry contains once", async () => {
  // Tokens and connections as in the middle of a day's work: the next requests are the gate's read and the change.
  await responder.insist("contain_device", { device_id: freshDevice(), reason: "Warm" }, PATIENCE_MS);
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons", idempotency_key: "after-intent" };
  const connected = vendor.holdConnectionAfter(READ);
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  await connected;
  await engine.kill();
  await lost;
  vendor.cut();
  await engine.restart();

  const doubt = await second.call("contain_device", { device_id, reason: "Seen it too" });
  expect(doubt).toMatchObject({ error: { code: "outcome_unknown", kind: "in_doubt" } });
  expect(await effectsOn(device_id)).toEqual([]);
  await engine.kill();
  await engine.restart(SETTLES_SOON);
  const answer = await responder.insist("contain_device", args, PATIENCE_MS);
  expect(answer).toMatchObject({
    status: "ok",
    operation: { id: doubt.operation?.id, evidence: "answered" },
  });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  const path = ["claimed", "executing", "unknown", "probing", "failed_safe", "executing", "succeeded"];
  await expectPaths(device_id, [path]);
});

test("killed while the vendor works: the effect lands without us, is read back, and isn't sent again", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons" };
  await fault(engine.lab, { operation: "PerformActionV2", mode: "slow", delay_ms: 600_000, times: 1 });
  const lost = expect(older.call("contain_device", args)).rejects.toThrow();
  await faults(engine.lab, 1);
  const before = await effects(engine.lab);
  await engine.kill();
  await lost;
  await release(engine.lab);
  await effects(engine.lab, before.length + 1);
  expect(await effectsOn(device_id)).toHaveLength(1);
  await engine.restart();

  const answer = await older.insist("contain_device", args, PATIENCE_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  await expectPaths(device_id, [READ_BACK]);
});

test("killed while the vendor works: not yet there after the restart isn't taken for absent", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons", idempotency_key: "lands-late" };
  await fault(engine.lab, { operation: "PerformActionV2", mode: "slow", delay_ms: 600_000, times: 1 });
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  await faults(engine.lab, 1);
  await engine.kill();
  await lost;
  const before = await looks();
  await engine.restart();

  const doubt = await responder.call("contain_device", args);
  expect(doubt).toMatchObject({ error: { code: "outcome_unknown" } });
  await expect.poll(looks).toBeGreaterThanOrEqual(before + 2);
  expect(await effectsOn(device_id)).toEqual([]);
  await release(engine.lab);
  const answer = await responder.insist("contain_device", args, PATIENCE_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
});

test("killed after the effect, before we heard of it: read back, and not sent again by whoever asks", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons", idempotency_key: "after-effect" };
  await fault(engine.lab, {
    operation: "PerformActionV2",
    mode: "hold_after_effect",
    delay_ms: 600_000,
    times: 1,
  });
  const before = await effects(engine.lab);
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  await effects(engine.lab, before.length + 1);
  await engine.kill();
  await lost;
  await engine.restart();

  const answers = await Promise.all(
    [responder, second, older].map((agent) => agent.insist("contain_device", args, PATIENCE_MS)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  }
  expect(await effectsOn(device_id)).toHaveLength(1);
  await expectPaths(device_id, [READ_BACK]);
});

test("killed before the answer arrives: the retry gets it, byte for byte", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons", idempotency_key: "before-answer" };
  const given = front.holdAnswer("/mcp");
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  const unheard = await given;
  await engine.kill();
  front.cut();
  await lost;
  await engine.restart();

  const answer = await responder.call("contain_device", args);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "answered" } });
  expect(unheard).toContain(`"data":${JSON.stringify(answer.data)}`);
  expect(unheard).toContain(answer.operation?.id);
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  await expect
    .poll(() => responder.call("contain_device", args))
    .toMatchObject({ operation: { id: answer.operation?.id, still_in_effect: true } });
});

test("killed before the intent: given up after half a minute, and a retry contains once", async () => {
  const { args, id } = before_intent;
  const answer = await responder.insist("contain_device", { ...args, reason: "Again" }, PATIENCE_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: false, evidence: "answered" } });
  expect(await effectsOn(args.device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  expect(answer.operation?.id).not.toBe(id);
  await expectPaths(args.device_id, [
    ["claimed", "abandoned"],
    ["claimed", "executing", "succeeded"],
  ]);
});

test("after all of it, nothing is unaccounted for", async () => {
  expect(violations(await engine.evidence(PATIENCE_MS))).toEqual([]);
  expect(await engine.verify()).toMatchObject({ code: 0 });
});
