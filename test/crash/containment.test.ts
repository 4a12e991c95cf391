import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { hosts } from "../../lab/estate/hosts.ts";
import { effects, fault, faults } from "../lab/support/estate.ts";
import type { Agent } from "./agent.ts";
import { CrashEngine } from "./engine.ts";
import { operationsOf } from "./evidence.ts";
import { violations } from "./invariants.ts";
import { Relay } from "./relay.ts";

/** How long after the vendor's ten seconds a request can still land, by the word of whoever configures it here. */
const SETTLE_MS = 5_000;
/** Held back longer than a slow machine takes to restart, and not as long as a request may take to land. */
const LANDS_LATE_MS = 10_000;
/** A vendor gets ten seconds to answer; absence is proven after those and the time to settle. */
const PROVEN_WITHIN_MS = 30_000;
/** An operation that isn't started within thirty seconds never will be. */
const ABANDONED_WITHIN_MS = 45_000;
/** Lost on its way with a kill, an event is sent again after some seconds. */
const AUDITED_WITHIN_MS = 20_000;

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
    CROWDSTRIKE_SETTLE_MS: String(SETTLE_MS),
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

/** The states that the audit tells of, for each operation on a device, once it tells of those expected. */
async function expectPaths(device_id: string, expected: readonly string[][]): Promise<void> {
  const paths = () =>
    [...operationsOf({ events: engine.events() }).values()]
      .filter(({ last }) => last.target === `device/${device_id}`)
      .map(({ transitions }) => transitions.map(({ decision }) => decision));
  await expect.poll(paths, { timeout: AUDITED_WITHIN_MS }).toEqual(expected);
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
}, 60_000);

test("killed after the intent, with the request lost on its way: proven absent, and a retry contains once", async () => {
  // Tokens and connections as in the middle of a day's work: the next requests are the gate's read and the change.
  await responder.insist("contain_device", { device_id: freshDevice(), reason: "Warm" }, PROVEN_WITHIN_MS);
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
  const answer = await responder.insist("contain_device", args, PROVEN_WITHIN_MS);
  expect(answer).toMatchObject({
    status: "ok",
    operation: { id: doubt.operation?.id, evidence: "answered" },
  });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  const path = ["claimed", "executing", "unknown", "probing", "failed_safe", "executing", "succeeded"];
  await expectPaths(device_id, [path]);
}, 90_000);

test("killed while the vendor works: the effect lands without us, is read back, and isn't sent again", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons" };
  await fault(engine.lab, { operation: "PerformActionV2", mode: "slow", delay_ms: 1_000, times: 1 });
  const lost = expect(older.call("contain_device", args)).rejects.toThrow();
  await faults(engine.lab, 1);
  const before = await effects(engine.lab);
  await engine.kill();
  await lost;
  await effects(engine.lab, before.length + 1);
  expect(await effectsOn(device_id)).toHaveLength(1);
  await engine.restart();

  const answer = await older.insist("contain_device", args, PROVEN_WITHIN_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  await expectPaths(device_id, [READ_BACK]);
}, 60_000);

test("killed while the vendor works: not yet there after the restart isn't taken for absent", async () => {
  const device_id = freshDevice();
  const args = { device_id, reason: "Beacons", idempotency_key: "lands-late" };
  await fault(engine.lab, { operation: "PerformActionV2", mode: "slow", delay_ms: LANDS_LATE_MS, times: 1 });
  const lost = expect(responder.call("contain_device", args)).rejects.toThrow();
  await faults(engine.lab, 1);
  await engine.kill();
  await lost;
  await engine.restart();

  const doubt = await responder.call("contain_device", args);
  expect(doubt).toMatchObject({ error: { code: "outcome_unknown" } });
  expect(await effectsOn(device_id)).toEqual([]);
  const answer = await responder.insist("contain_device", args, PROVEN_WITHIN_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
}, 60_000);

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
    [responder, second, older].map((agent) => agent.insist("contain_device", args, PROVEN_WITHIN_MS)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: "ok", operation: { replayed: true, evidence: "read_back" } });
  }
  expect(await effectsOn(device_id)).toHaveLength(1);
  await expectPaths(device_id, [READ_BACK]);
}, 60_000);

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
  expect(answer).toMatchObject({
    status: "ok",
    operation: { replayed: true, evidence: "answered", still_in_effect: true },
  });
  expect(unheard).toContain(`"data":${JSON.stringify(answer.data)}`);
  expect(unheard).toContain(answer.operation?.id);
  expect(await effectsOn(device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
}, 60_000);

test("killed before the intent: given up after half a minute, and a retry contains once", async () => {
  const { args, id } = before_intent;
  const answer = await responder.insist("contain_device", { ...args, reason: "Again" }, ABANDONED_WITHIN_MS);
  expect(answer).toMatchObject({ status: "ok", operation: { replayed: false, evidence: "answered" } });
  expect(await effectsOn(args.device_id)).toMatchObject([{ request_id: answer.operation?.id }]);
  expect(answer.operation?.id).not.toBe(id);
  await expectPaths(args.device_id, [
    ["claimed", "abandoned"],
    ["claimed", "executing", "succeeded"],
  ]);
}, 60_000);

test("after all of it, nothing is unaccounted for", async () => {
  expect(violations(await engine.evidence(ABANDONED_WITHIN_MS))).toEqual([]);
  expect(await engine.verify()).toMatchObject({ code: 0 });
}, 240_000);
