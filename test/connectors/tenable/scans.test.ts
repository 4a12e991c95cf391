import { describe, expect, test } from "vitest";
import { clockDifference, isLaunched } from "../../../src/connectors/tenable/scans.ts";
import { claimedAt, newOperationId } from "../../../src/effect/operation.ts";

const ASKED_AT = Date.parse("2026-11-22T10:00:00.700Z");

const scan = (status: string, launched: string) => ({
  schedule_uuid: "x",
  name: "Weekly",
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
