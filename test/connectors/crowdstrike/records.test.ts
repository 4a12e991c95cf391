/** Reads of records that lack what real ones lack, and of pages with a record that can't be read. */
import { describe, expect, test } from "vitest";
import { readTool } from "../../support/deployed.ts";
import { readRecorded, withoutEach } from "../../support/records.ts";
import { ALERT } from "./alerts.ts";
import { DEVICE } from "./device.ts";

const getDetection = readTool("get_detection");
const getDevice = readTool("get_device");
const searchDetections = readTool("search_detections");
const searchDevices = readTool("search_devices");

const page = (...ids: unknown[]) => ({
  resources: ids,
  meta: { pagination: { offset: 0, total: ids.length } },
});
const whole = { status: "ok", coverage: { complete: true, unreadable: 0 } };
const lacking_one = { status: "ok", coverage: { complete: false, unreadable: 1 } };

const READS = [
  {
    one: getDetection,
    all: searchDetections,
    list: "detections",
    argument: "detection_id",
    id: "composite_id",
    record: { ...ALERT, source_hosts: ["a"], source_ips: ["b"], resolution: "ignored" } as Record<
      string,
      unknown
    >,
    listing: "GetQueriesAlertsV2",
    describing: "PostEntitiesAlertsV2",
    /** Where a wrong type stands. */
    broken: { severity: "70" },
  },
  {
    one: getDevice,
    all: searchDevices,
    list: "devices",
    argument: "device_id",
    id: "device_id",
    record: DEVICE as Record<string, unknown>,
    listing: "QueryDevicesByFilter",
    describing: "PostDeviceDetailsV2",
    broken: { last_seen: 1_795_341_570 },
  },
] as const;

describe.each(READS)("$list", ({ one, all, list, argument, id, record, listing, describing, broken }) => {
  const other = { ...record, [id]: "another" };
  const ids = [record[id], "another"];

  test.each(withoutEach(record, [id]))("come through with %s", async (_, lacking) => {
    const answers = { [listing]: page(...ids), [describing]: { resources: [lacking, other] } };
    const { answer } = await readRecorded(all, answers);
    expect(answer).toMatchObject(whole);
    expect(answer).toMatchObject({
      data: { [list]: [{ [argument]: `crowdstrike:${record[id]}` }, { [argument]: "crowdstrike:another" }] },
    });
    const single = { [describing]: { resources: [lacking] } };
    const { answer: alone } = await readRecorded(one, single, { args: { [argument]: record[id] } });
    expect(alone).toMatchObject({ ...whole, data: { [argument]: `crowdstrike:${record[id]}` } });
  });

  test("come through without one that can't be read, which is counted", async () => {
    const answers = {
      [listing]: page(...ids),
      [describing]: { resources: [{ ...record, ...broken }, other] },
    };
    const { answer } = await readRecorded(all, answers);
    expect(answer).toMatchObject({
      ...lacking_one,
      data: { [list]: [{ [argument]: "crowdstrike:another" }] },
    });
    expect(answer).toMatchObject({ coverage: { sources: [{ status: "ok", count: 1, total: 2 }] } });
  });

  test("come through without an id that can't be read, which is counted", async () => {
    const answers = { [listing]: page(7, "another"), [describing]: { resources: [other] } };
    const { answer } = await readRecorded(all, answers);
    expect(answer).toMatchObject({
      ...lacking_one,
      data: { [list]: [{ [argument]: "crowdstrike:another" }] },
    });
  });

  test("have changed their contract if none can be read", async () => {
    const answers = { [listing]: page(...ids), [describing]: { resources: [{ ...record, ...broken }] } };
    await expect(readRecorded(all, answers)).rejects.toThrow();
  });
});
