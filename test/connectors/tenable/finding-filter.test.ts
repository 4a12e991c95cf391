import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CveId, DeviceName, exportFilters, isOn } from "../../../src/connectors/tenable/finding-filter.ts";
import { launchScan } from "../../../src/connectors/tenable/launch-scan.ts";
import { Finding, ScanId } from "../../../src/connectors/tenable/schemas.ts";
import { FINDING } from "./findings.ts";

describe("the filters of an export", () => {
  test("leave nothing out that is open, however long ago it was seen", () => {
    expect(exportFilters({})).toEqual({ state: ["OPEN", "REOPENED"], since: 1_000_000_000 });
  });

  test("are the same for the same question, or an export that is under way would not be found", () => {
    const asked = { severity: ["high", "critical"], since: "2026-11-01T00:00:00+01:00" } as const;
    const reworded = { severity: ["critical", "high", "high"], since: "2026-10-31T23:00:00Z" } as const;
    expect(JSON.stringify(exportFilters(asked))).toBe(JSON.stringify(exportFilters(reworded)));
  });

  test("say in the vendor's words what was asked in ours", () => {
    const asked = {
      severity: ["informational"],
      cve_id: "CVE-2024-6387",
      device: "10.20.0.11",
      since: "2026-11-22T10:00:00Z",
    } as const;
    expect(exportFilters(asked)).toEqual({
      state: ["OPEN", "REOPENED"],
      severity: ["info"],
      cve_id: ["CVE-2024-6387"],
      cidr_range: "10.20.0.11/32",
      since: 1_795_341_600,
    });
  });

  test("have the ten digits that the vendor wants, whatever the time", () => {
    expect(exportFilters({ since: "1970-01-01T00:00:00Z" })).toMatchObject({ since: 1_000_000_000 });
  });
});

describe("a device", () => {
  const finding = Finding.parse(FINDING);

  test.each(["bos-web-01", "BOS-WEB-01.acme.test", "10.20.0.11", FINDING.asset.uuid, undefined])(
    "is known as %s",
    (name) => expect(isOn(finding, name)).toBe(true),
  );

  test.each(["bos-web-0", "bos-web-01.", "10.20.0.1", ""])("isn't known as %j", (name) =>
    expect(isOn(finding, name)).toBe(false),
  );
});

describe("no argument can become anything but a value", () => {
  test("what a scan's id can hold stays one segment of the path", () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        if (ScanId.safeParse(id).success) expect(id).toMatch(/^[0-9a-z-]+$/);
      }),
    );
    for (const id of [
      "29",
      "../scans",
      `${FINDING.scan.schedule_uuid}/stop`,
      `${FINDING.scan.schedule_uuid}?x`,
      "",
    ]) {
      expect(ScanId.safeParse(id).success, id).toBe(false);
    }
  });

  test("and whatever it were, the request is for that one launch", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (scan_id) => {
        fc.pre(scan_id !== "." && scan_id !== ".." && scan_id.isWellFormed());
        const { path } = launchScan.request({ scan_id }, "op_1", {} as Env);
        expect(new URL(`https://vendor.example${path}`).pathname).toMatch(/^\/scans\/[^/]*\/launch$/);
      }),
    );
  });

  test("a device's name and a CVE id hold nothing but themselves", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (DeviceName.safeParse(text).success) expect(text).toMatch(/^[\w.:-]+$/);
        if (CveId.safeParse(text).success) expect(text).toMatch(/^CVE-[\d-]+$/);
      }),
    );
    expect(CveId.safeParse("CVE-2024-6387 OR 1=1").success).toBe(false);
  });
});
