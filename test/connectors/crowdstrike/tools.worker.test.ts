import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { breakerReport } from "../../../src/downstream/circuit.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { tokenFor } from "../../../src/downstream/tokens.ts";
import type { Conclusion } from "../../../src/toolkit/change.ts";
import type { ReadTool } from "../../../src/toolkit/read.ts";
import { buildRequest, readVendorAnswer } from "../../../src/toolkit/upstream/exchange.ts";
import { effects, inject, resetLab } from "../../downstream/lab-control.ts";
import type { ChangeAt } from "../../support/deployed.ts";
import { changeAt, credentialOf, readTool } from "../../support/deployed.ts";
import { lab } from "../../support/worker/lab.ts";

const getDevice = readTool("get_device");
const searchDevices = readTool("search_devices");
const containDevice = changeAt("contain_device");
const releaseDevice = changeAt("release_device");

const NOBODY = "0".repeat(32);
/** More than a sensor takes in the lab to do as it is told. */
const SENSOR_MS = 1_000;

interface Device {
  readonly device_id: string;
  readonly hostname: string;
  readonly ip: string;
  readonly mac: string;
  readonly serial_number: string;
  readonly containment: string;
  readonly criticality: string;
}

const reader = () => upstreamFor(env, credentialOf("crowdstrike.read"));

async function run(tool: ReadTool, input: object) {
  const principal = {
    tenant: "acme",
    subject: "ada",
    display: "Ada",
    roles: [],
    client_id: "test",
    scopes: [],
    session_id: "s",
  };
  const context = { env, principal, now: Date.now(), upstream: reader, progress: () => undefined };
  return tool.run(tool.input.parse(input), context);
}

async function search(input: object) {
  const outcome = await run(searchDevices, input);
  if (outcome.outcome !== "found") throw new Error("a search finds, if only nothing");
  const { devices } = searchDevices.output.parse(outcome.data) as { devices: Device[] };
  return { devices, next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

async function someDevice(input: object = {}): Promise<Device> {
  const [device] = (await search({ containment: "normal", criticality: "low", limit: 1, ...input })).devices;
  if (device === undefined) throw new Error("the lab has no such device");
  return device;
}

/** Sends the one request of a change, as the effect object does. */
async function perform(tool: ChangeAt, device: Device, operation_id = "op_1"): Promise<Conclusion<unknown>> {
  const input = { device_id: device.device_id };
  const { credential } = tool;
  const token = await tokenFor(env, credential);
  const sending = { request_id: operation_id, signal: AbortSignal.timeout(tool.deadline_ms) };
  const request = buildRequest(env, credential, tool.request(input, operation_id, env), token, sending);
  const { device_id, hostname, containment } = device;
  return tool.conclude(await readVendorAnswer(await fetch(request)), {
    input,
    operation_id,
    before: { device_id, hostname, containment },
  });
}

beforeEach(async () => {
  await resetLab();
  breakerReport("crowdstrike.read", true);
});
afterEach(() => lab.clock({ ahead_ms: 0 }));

describe("search_devices", () => {
  test("shows every device once, page by page, and says when it is whole", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await search({ limit: 100, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.devices.map(({ device_id }) => device_id));
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < 1000);
    expect(seen).toHaveLength(240);
    expect(new Set(seen).size).toBe(240);
  });

  test("finds a device by its name, addresses, serial number and id, in their usual forms", async () => {
    const { device_id, hostname, ip } = await someDevice();
    const { mac, serial_number } = await someDevice();
    const octets = ip.split(".").slice(0, 3).join(".");
    for (const query of [
      hostname,
      hostname.slice(2, -1),
      `${hostname.slice(0, 6)}*`,
      ip,
      `${octets}.*`,
      `${octets}.0/24`,
      mac.replaceAll("-", ":").toUpperCase(),
      serial_number,
      device_id,
      `${hostname.toLowerCase()}.acme.test`,
    ]) {
      const { devices } = await search({ query, limit: 100 });
      expect(devices.map((device) => device.device_id)).toContain(device_id);
    }
  });

  test("finds by rating only what is so rated, however many there are", async () => {
    for (const criticality of ["medium", "high", "unknown"]) {
      const { devices } = await search({ criticality, limit: 100 });
      expect(devices.length).toBeGreaterThan(criticality === "unknown" ? 2 : 10);
      expect(new Set(devices.map((device) => device.criticality))).toEqual(new Set([criticality]));
    }
  });

  test("finds by group and system, and says of a group without devices that it may not exist", async () => {
    const { devices } = await search({ group: "Finance", os: "windows", limit: 100 });
    expect(devices.length).toBeGreaterThan(3);
    expect(JSON.stringify(devices)).not.toContain("FalconGroupingTags/Sales");
    expect((await search({ group: "NoSuchGroup" })).sources).toMatchObject([{ count: 0, matched: null }]);
  });

  test("says how it understood the query, and how many there are in all", async () => {
    const outcome = await run(searchDevices, { query: "10.0.0.*", limit: 1 });
    expect(outcome.searched).toEqual({ query: { text: "10.0.0.*", properties: ["local_ip"] } });
    expect((await search({ limit: 1 })).sources).toMatchObject([{ status: "ok", count: 1, total: 240 }]);
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    const { devices, next_cursor, sources } = await search({ query: "no-such-host" });
    expect(devices).toEqual([]);
    expect(next_cursor).toBeNull();
    expect(sources).toMatchObject([{ source: "crowdstrike", status: "ok", count: 0 }]);
  });

  test.each([
    ["QueryDevicesByFilter", "partial", "transient"],
    ["PostDeviceDetailsV2", "partial", "transient"],
    ["QueryDevicesByFilter", "drift", "contract"],
    ["PostDeviceDetailsV2", "drift", "contract"],
    ["PostDeviceDetailsV2", "malformed", "contract"],
    ["PostDeviceDetailsV2", "reset", "transient"],
  ])("never takes a failure for nothing: %s %s is %s", async (operation, mode, kind) => {
    await inject({ operation, mode });
    await expect(search({})).rejects.toMatchObject({ kind });
  });

  test("refuses a cursor of another search", async () => {
    const { next_cursor } = await search({ criticality: "low" });
    await expect(search({ criticality: "medium", cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("get_device", () => {
  test("shows the device that was asked for", async () => {
    const device = await someDevice();
    expect(await run(getDevice, { device_id: device.device_id })).toMatchObject({
      outcome: "found",
      data: device,
    });
  });

  test("says that a device doesn't exist only when the vendor says so", async () => {
    expect(await run(getDevice, { device_id: NOBODY })).toMatchObject({
      outcome: "not_found",
      resource: { kind: "device", id: NOBODY },
      sources: [{ status: "not_found", count: 0 }],
    });
    await inject({ operation: "PostDeviceDetailsV2", mode: "partial" });
    await expect(run(getDevice, { device_id: NOBODY })).rejects.toMatchObject({
      code: "upstream_unavailable",
    });
  });
});

describe("contain_device and release_device", () => {
  test("see a device with what the gate needs to know of it", async () => {
    const { device_id, hostname } = await someDevice();
    expect(await containDevice.inspect({ device_id }, reader(), env, "op_1")).toEqual({
      exists: true,
      attributes: { criticality: "low" },
      in_effect: false,
      data: { device_id, hostname, containment: "normal" },
    });
    expect(await releaseDevice.inspect({ device_id }, reader(), env, "op_1")).toMatchObject({
      in_effect: true,
    });
    expect(await containDevice.inspect({ device_id: NOBODY }, reader(), env, "op_1")).toEqual({
      exists: false,
    });
  });

  test("treat an unrated device as the deployment says, and show that nobody has rated it", async () => {
    const { device_id } = await someDevice({ criticality: "unknown" });
    for (const criticality of ["high", "low"]) {
      const deployment = { ...env, CROWDSTRIKE_UNASSIGNED_CRITICALITY: criticality };
      expect(await containDevice.inspect({ device_id }, reader(), deployment, "op_1")).toMatchObject({
        attributes: { criticality },
      });
    }
  });

  test("know nothing of the containment of a device whose status is no word that they know", async () => {
    const { devices } = await search({ limit: 100, os: "macos" });
    const device_id = devices.find(({ containment }) => containment === "unknown")?.device_id ?? "";
    for (const tool of [containDevice, releaseDevice]) {
      expect(await tool.inspect({ device_id }, reader(), env, "op_1")).toMatchObject({
        exists: true,
        in_effect: false,
        unsure: true,
      });
    }
  });

  test("take effect once, under the operation's id, and each undoes the other", async () => {
    const device = await someDevice();
    const { device_id, hostname } = device;
    expect(await perform(containDevice, device, "op_contain")).toEqual({
      outcome: "done",
      data: { device_id, hostname, containment: "pending" },
    });
    expect(await containDevice.inspect({ device_id }, reader(), env, "op_1")).toMatchObject({
      in_effect: true,
    });
    expect(await perform(releaseDevice, device, "op_release")).toMatchObject({
      outcome: "done",
      data: { containment: "lifting" },
    });
    expect(await releaseDevice.inspect({ device_id }, reader(), env, "op_1")).toMatchObject({
      in_effect: true,
    });
    expect(await effects()).toMatchObject([
      { action: "contain", target: `device/${device_id}`, request_id: "op_contain" },
      { action: "lift_containment", target: `device/${device_id}`, request_id: "op_release" },
    ]);
  });

  test("know a refusal from a doubt", async () => {
    const device = await someDevice();
    const gone = { ...device, device_id: NOBODY };
    expect(await perform(containDevice, gone)).toMatchObject({ outcome: "no_effect" });
    for (const status of [400, 401, 403, 404, 409, 422]) {
      await inject({ operation: "PerformActionV2", mode: "status", status, times: 1 });
      expect(await perform(containDevice, device)).toMatchObject({ outcome: "no_effect" });
    }
    await inject({ operation: "PerformActionV2", mode: "rate_limit", times: 1 });
    expect(await perform(containDevice, device)).toMatchObject({
      outcome: "no_effect",
      failure: { code: "rate_limited" },
    });
    expect(await effects()).toEqual([]);

    await inject({ operation: "PerformActionV2", mode: "error_after_effect", times: 1 });
    expect(await perform(containDevice, device)).toMatchObject({ outcome: "unknown" });
    await inject({ operation: "PerformActionV2", mode: "malformed", times: 1 });
    expect(await perform(releaseDevice, device)).toMatchObject({ outcome: "unknown" });
    await inject({ operation: "PerformActionV2", mode: "partial", times: 1 });
    expect(await perform(containDevice, device)).toMatchObject({ outcome: "unknown" });
    expect(await effects()).toHaveLength(2);
  });

  test("can't be done with the credential for reading, and the refusal names the permission", async () => {
    const device = await someDevice();
    const refused = await perform({ ...containDevice, credential: credentialOf("crowdstrike.read") }, device);
    expect(refused).toMatchObject({
      outcome: "no_effect",
      failure: { code: "credential_rejected", message: expect.stringContaining("Hosts: WRITE") },
    });
    expect(await effects()).toEqual([]);
  });

  test("can be found by what they did", async () => {
    const device = await someDevice();
    const { device_id } = device;
    const found = async (containment: string) =>
      (await search({ containment })).devices.map((device) => device.device_id);
    await lab.clock({ ahead_ms: 0, still: true });
    await perform(containDevice, device);
    expect([await found("pending"), await found("contained")]).toEqual([[device_id], []]);
    await lab.clock({ ahead_ms: SENSOR_MS, still: true });
    expect([await found("pending"), await found("contained")]).toEqual([[], [device_id]]);
  });
});
