import { describe, expect, test } from "vitest";
import { describeDevices, lacking } from "../../../src/connectors/crowdstrike/devices.ts";
import { deviceOf } from "../../../src/connectors/crowdstrike/normalise.ts";
import { DeviceRecord } from "../../../src/connectors/crowdstrike/schemas.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);
const env = { CROWDSTRIKE_UNASSIGNED_CRITICALITY: "high" } as Env;

const record = (device_id: string) => ({ device_id, status: "normal", last_seen: "2026-11-22T10:00:00Z" });
const device = (id: string) => deviceOf(DeviceRecord.parse(record(id)), "high");

/** A vendor that describes these devices, whatever it is asked. */
const describing = (ids: readonly string[]) =>
  new RecordedRequests({ PostDeviceDetailsV2: { errors: [], resources: ids.map(record) } });

describe("describing devices", () => {
  test("keeps the order in which they were listed", async () => {
    const found = await describeDevices(describing([B, A]), [A, B], env);
    expect(found.map(({ device_id }) => device_id)).toEqual([A, B]);
  });

  test("asks nothing about none", async () => {
    const upstream = describing([]);
    expect(await describeDevices(upstream, [], env)).toEqual([]);
    expect(upstream.asked).toEqual([]);
  });

  test("takes no answer about another device", async () => {
    await expect(describeDevices(describing([A, B]), [A], env)).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "resources.1.device_id" },
    });
  });
});

describe("a page", () => {
  test("is whole if everything that was listed was described", () => {
    expect(lacking([A, B], [device(A), device(B)])).toBeNull();
    expect(lacking([], [])).toBeNull();
  });

  test("that lacks a device carries the failure that makes it incomplete", () => {
    expect(lacking([A, B], [device(B)])).toMatchObject({ code: "upstream_unavailable", retryable: true });
  });

  test("that lacks all of them is a failure, not an empty answer", () => {
    expect(() => lacking([A, B], [])).toThrow(expect.objectContaining({ code: "upstream_unavailable" }));
  });
});
