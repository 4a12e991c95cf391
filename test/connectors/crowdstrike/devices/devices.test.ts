import { describe, expect, test } from "vitest";
import {
  describeDevices,
  listDeviceIds,
  unansweredIds,
} from "../../../../src/connectors/crowdstrike/devices/devices.ts";
import { deviceOf } from "../../../../src/connectors/crowdstrike/devices/normalise-device.ts";
import { DeviceRecord } from "../../../../src/connectors/crowdstrike/schemas.ts";
import { RecordedRequests } from "../../recorded-requests.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);

const record = (device_id: string) => ({ device_id, status: "normal", last_seen: "2026-11-22T10:00:00Z" });
const device = (id: string) => deviceOf(DeviceRecord.parse(record(id)));

/** A vendor that describes these devices, whatever it is asked. */
const describing = (ids: readonly string[]) =>
  new RecordedRequests({ PostDeviceDetailsV2: { errors: [], resources: ids.map(record) } });

describe("describing devices", () => {
  test("keeps the order in which they were listed", async () => {
    const { records } = await describeDevices(describing([B, A]), [A, B]);
    expect(records.map(({ device_id }) => device_id)).toEqual([A, B]);
  });

  test("asks nothing about none", async () => {
    const upstream = describing([]);
    expect(await describeDevices(upstream, [])).toEqual({ records: [], unreadable: 0 });
    expect(upstream.asked).toEqual([]);
  });

  test("takes no answer about another device", async () => {
    await expect(describeDevices(describing([A, B]), [A])).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "resources.1.device_id" },
    });
  });
});

const described = (records: readonly unknown[], unreadable = 0) => ({ records, unreadable });

describe("a page", () => {
  test("is whole if everything that was listed was described", () => {
    expect(unansweredIds([A, B], described([device(A), device(B)]))).toBeNull();
    expect(unansweredIds([], described([]))).toBeNull();
  });

  test("lacks nothing that was described in a form that can't be read: that is counted by itself", () => {
    expect(unansweredIds([A, B], described([device(A)], 1))).toBeNull();
  });

  test("that lacks a device carries the failure that makes it incomplete", () => {
    expect(unansweredIds([A, B], described([device(B)]))).toMatchObject({
      code: "upstream_unavailable",
      retryable: true,
    });
  });

  test("that lacks all of them is a failure, not an empty answer", () => {
    expect(() => unansweredIds([A, B], described([]))).toThrow(
      expect.objectContaining({ code: "upstream_unavailable" }),
    );
  });
});

describe("a page of ids", () => {
  const page = (resources: readonly unknown[] | null, total: unknown) =>
    new RecordedRequests({ QueryDevicesByFilter: { resources, meta: { pagination: { total } } } });
  const at = (offset: number) => ({ filter: null, offset, limit: 25 });

  test("may be empty where nothing was found", async () => {
    for (const upstream of [page([], 0), page(null, 0)]) {
      expect(await listDeviceIds(upstream, at(0))).toMatchObject({ records: [], next_offset: null });
    }
  });

  test("was lost if it is empty and the one before said that there is more", async () => {
    await expect(listDeviceIds(page([], 50), at(50))).rejects.toMatchObject({ code: "upstream_unavailable" });
  });

  test("is no answer if it is empty and says that there is more", async () => {
    await expect(listDeviceIds(page([], 3), at(0))).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "resources" },
    });
  });

  test("counts an id that can't be read, and goes on behind it", async () => {
    expect(await listDeviceIds(page([A, 5, B], 10), at(0))).toEqual({
      records: [A, B],
      unreadable: 1,
      total: 10,
      next_offset: 3,
    });
  });

  test("reaches as far as the vendor lists, and then says that it can't, instead of ending", async () => {
    const upstream = page([A], 20_000);
    await listDeviceIds(upstream, at(9_990));
    expect(upstream.asked[0]?.query).toMatchObject({ offset: "9990", limit: "10" });
    await expect(listDeviceIds(upstream, at(10_000))).rejects.toMatchObject({ code: "invalid_input" });
    expect(upstream.asked).toHaveLength(1);
  });
});
