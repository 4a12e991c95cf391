import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CveId } from "../../../src/capabilities/vulnerabilities/cve-id.ts";
import { ScanId } from "../../../src/capabilities/vulnerabilities/scan-id.ts";
import { DeviceName } from "../../../src/capabilities/vulnerabilities/search-vulnerabilities.ts";
import {
  exportFilters,
  type FindingFilter,
  filterArguments,
  isAsked,
} from "../../../src/connectors/tenable/finding-filter.ts";
import { Finding } from "../../../src/connectors/tenable/schemas.ts";
import { changeAt } from "../../support/deployed.ts";
import { FINDING } from "./findings.ts";

const launchScan = changeAt("launch_scan");

describe("the filters of an export", () => {
  const OPEN = { state: ["OPEN", "REOPENED"], since: 1_000_000_000 };

  // Every argument of a search, and what the vendor is asked for it. The rest is told apart here.
  test.each([
    ["nothing", {}, null, OPEN],
    ["severity", { severity: ["informational"] }, null, { ...OPEN, severity: ["info"] }],
    ["cve_id", { cve_id: "CVE-2024-6387" }, null, { ...OPEN, cve_id: ["CVE-2024-6387"] }],
    ["since", { since: "2026-11-22T10:00:00Z" }, null, { ...OPEN, since: 1_795_305_600 }],
    ["since, long ago", { since: "1970-01-01T00:00:00Z" }, null, OPEN],
    ["device", {}, "10.20.0.11", { ...OPEN, cidr_range: "10.20.0.11/32" }],
    [
      "device, and others that the same export serves",
      { severity: ["low"], cve_id: "CVE-2024-6387", since: "2026-11-22T10:00:00Z" },
      "10.20.0.11",
      { ...OPEN, cidr_range: "10.20.0.11/32" },
    ],
    [
      "cve_id, and others that the same export serves",
      { severity: ["low"], cve_id: "CVE-2024-6387", since: "2026-11-22T10:00:00Z" },
      null,
      { ...OPEN, cve_id: ["CVE-2024-6387"] },
    ],
    [
      "severity and since",
      { severity: ["high", "critical"], since: "2026-11-22T23:59:59Z" },
      null,
      { ...OPEN, since: 1_795_305_600, severity: ["critical", "high"] },
    ],
  ] as [string, FindingFilter, string | null, object][])("for %s", (_, asked, address, filters) => {
    expect(exportFilters(asked, address)).toEqual(filters);
  });

  test("are the same for the same question, or an export that is under way would not be found", () => {
    const asked = { severity: ["high", "critical"], since: "2026-11-01T00:00:00+01:00" } as const;
    const reworded = { severity: ["critical", "high", "high"], since: "2026-10-31T12:00:00Z" } as const;
    expect(JSON.stringify(exportFilters(asked))).toBe(JSON.stringify(exportFilters(reworded)));
  });

  test("name the arguments that a refusal of them is about, and no others", () => {
    expect(filterArguments(exportFilters({}))).toEqual([]);
    expect(filterArguments(exportFilters({ cve_id: "CVE-2024-6387" }))).toEqual(["cve_id"]);
    expect(filterArguments(exportFilters({}, "10.20.0.11"))).toEqual(["device"]);
    const both = { severity: ["low"], since: "2026-11-22T10:00:00Z" } as const;
    expect(filterArguments(exportFilters(both))).toEqual(["severity", "since"]);
  });
});

describe("of what an export holds, a search shows", () => {
  const finding = (changes: object = {}) => Finding.parse({ ...FINDING, ...changes });

  test.each([
    [{}, true],
    [{ severity: ["high"] }, true],
    [{ severity: ["low", "critical"] }, false],
    [{ cve_id: "CVE-2006-5051" }, true],
    [{ cve_id: "CVE-2006-5050" }, false],
    [{ since: "2026-11-21T05:03:13.737Z" }, true],
    [{ since: "2026-11-21T05:03:14Z" }, false],
  ] as [FindingFilter, boolean][])("%j: %j", (asked, shown) => {
    expect(isAsked(finding(), asked)).toBe(shown);
  });

  test("what doesn't say how severe it is or when it was seen, but never what has no CVE", () => {
    const bare = finding({ severity_id: null, severity: null, last_found: undefined, plugin: { id: 1 } });
    expect(isAsked(bare, { severity: ["critical"], since: "2026-11-21T05:03:14Z" })).toBe(true);
    expect(isAsked(bare, { cve_id: "CVE-2006-5051" })).toBe(false);
    expect(isAsked(finding({ severity_id: 9 }), { severity: ["low"] })).toBe(true);
  });
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
        if (DeviceName.safeParse(text).success) expect(text).toMatch(/^[\w.: -]+$/);
        if (CveId.safeParse(text).success) expect(text).toMatch(/^CVE-[\d-]+$/);
      }),
    );
    expect(CveId.safeParse("CVE-2024-6387 OR 1=1").success).toBe(false);
  });
});
