import { describe, expect, test } from "vitest";
import { clockDifference, isLaunched, scanState } from "../../../src/connectors/tenable/scans.ts";
import { claimedAt, newOperationId } from "../../../src/toolkit/operation-id.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const ASKED_AT = Date.parse("2026-11-22T10:00:00.700Z");

const scan = (status: string, launched: string) => ({
  status,
  last_modification_date: Date.parse(launched) / 1000,
});

describe("a launch is there", () => {
  test.each(["pending", "initializing", "running", "resuming", "publishing"])(
    "when the scan is %s, whenever it was launched",
    (status) => expect(isLaunched(scan(status, "2026-01-01T00:00:00Z"), ASKED_AT)).toBe(true),
  );

  test.each(["completed", "aborted", "canceled", "paused", "stopping", "a new word"])(
    "when the scan is %s, only if it was launched since",
    (status) => {
      expect(isLaunched(scan(status, "2026-11-22T10:00:00Z"), ASKED_AT)).toBe(true);
      expect(isLaunched(scan(status, "2026-11-22T10:05:00Z"), ASKED_AT)).toBe(true);
      expect(isLaunched(scan(status, "2026-11-22T09:59:50Z"), ASKED_AT)).toBe(false);
    },
  );

  test("never of a scan that was only set up since", () => {
    expect(isLaunched(scan("empty", "2026-11-22T10:05:00Z"), ASKED_AT)).toBe(false);
  });
});

describe("in a list of odd scans", () => {
  const SCAN_ID = "template-49372206-2970-d2a5-ecf1-9e6ec4c1818397b95d96e9bc6639";
  const GOOD = { schedule_uuid: SCAN_ID, status: "completed", last_modification_date: 1_623_325_148 };
  const stateIn = (scans: unknown) =>
    scanState(new RecordedRequests({ "scans-list": { scans } }), SCAN_ID, ASKED_AT);
  const changed = (path: string) => ({ code: "upstream_contract_changed", detail: { contract_path: path } });

  test.each([
    ["no schedule", { id: 900, status: "imported" }],
    ["no status", { schedule_uuid: "x" }],
    ["nothing that is known", { schedule_uuid: 7 }],
    ["no form at all", "a scan"],
  ])("one with %s doesn't hide the one that is asked for", async (_, odd) => {
    expect(await stateIn([odd, GOOD])).toMatchObject({ scan: { status: "completed" }, launched: false });
  });

  test("one that lacks all but what its state is told by is there", async () => {
    expect(await stateIn([GOOD])).toMatchObject({ scan: { status: "completed" } });
  });

  test.each(["status", "last_modification_date"])(
    "one whose %s is missing isn't taken for one at rest",
    async (field) => {
      await expect(stateIn([{ ...GOOD, [field]: undefined }])).rejects.toMatchObject(
        changed(`scans.${field}`),
      );
    },
  );

  test("one that may be among what can't be read isn't said to be missing", async () => {
    const other = { ...GOOD, schedule_uuid: "x" };
    await expect(stateIn([other, "a scan"])).rejects.toMatchObject(changed("scans.schedule_uuid"));
    await expect(stateIn([{ scheduleUuid: SCAN_ID }])).rejects.toMatchObject(changed("scans.schedule_uuid"));
    expect(await stateIn([other, { id: 900 }])).toBeNull();
    expect(await stateIn(null)).toBeNull();
  });
});

test("the vendor's clock is what its answer says it is", () => {
  const headers = new Headers({ date: "Sun, 22 Nov 2026 09:50:00 GMT" });
  expect(clockDifference(headers, Date.parse("2026-11-22T10:00:00Z"))).toBe(-600_000);
  expect(clockDifference(new Headers(), ASKED_AT)).toBe(0);
});

test("an operation's id tells when it was claimed", () => {
  const before = Date.now();
  const at = claimedAt(newOperationId("acme", { kind: "scan", id: "x" }));
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});
