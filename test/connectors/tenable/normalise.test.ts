import { describe, expect, test } from "vitest";
import { Vulnerability, vulnerabilityOf } from "../../../src/connectors/tenable/normalise.ts";
import { ExportStatus, Finding, RequestedExport, ScanList } from "../../../src/connectors/tenable/schemas.ts";
import { FINDING } from "./findings.ts";

const normalised = (finding: object) =>
  Vulnerability.parse(vulnerabilityOf(Finding.parse({ ...FINDING, ...finding })));
const pathOf = (value: unknown) => Finding.safeParse(value).error?.issues[0]?.path.join(".");

describe("a vulnerability", () => {
  test("has OCSF's names, and none of what the scanned host answered", () => {
    const vulnerability = normalised({});
    expect(vulnerability).toEqual({
      vulnerability_id: FINDING.finding_id,
      title: "OpenSSH < 9.8 Race Condition",
      cve_id: "CVE-2024-6387",
      cve: { uid: "CVE-2024-6387" },
      related_vulnerabilities: ["CVE-2006-5051"],
      severity_id: 4,
      severity: "High",
      vendor_severity: "high",
      default_severity_id: 4,
      severity_modification: "none",
      status: "open",
      cvss: { version: "3", base_score: 8.1 },
      is_fix_available: true,
      is_exploit_available: true,
      remediation: { desc: "Upgrade to OpenSSH 9.8." },
      first_seen_time: "2026-10-08T19:18:10.472Z",
      last_seen_time: "2026-11-21T05:03:13.737Z",
      device: {
        uid: FINDING.asset.uuid,
        hostname: "bos-web-01",
        ip: "10.20.0.11",
        os: { name: "Linux Kernel 6.8" },
      },
      port: 22,
      scan_id: FINDING.scan.schedule_uuid,
    });
    expect(Vulnerability.safeParse(vulnerability).success).toBe(true);
    expect(JSON.stringify(vulnerability)).not.toContain("s3cr3t-canary");
  });

  test.each([
    [0, 1, "Informational", "info"],
    [1, 2, "Low", "low"],
    [2, 3, "Medium", "medium"],
    [3, 4, "High", "high"],
    [4, 5, "Critical", "critical"],
  ])("of the vendor's severity %d is OCSF's %d", (severity_id, expected, severity, vendor_severity) => {
    expect(normalised({ severity_id })).toMatchObject({ severity_id: expected, severity, vendor_severity });
  });

  test("whose risk was recast shows both severities", () => {
    const recast = { severity_id: 2, severity_default_id: 4, severity_modification_type: "RECASTED" };
    expect(normalised(recast)).toMatchObject({
      severity: "Medium",
      default_severity_id: 5,
      severity_modification: "recast",
    });
    expect(normalised({ severity_modification_type: "accepted" }).severity_modification).toBe("accepted");
  });

  test("says nothing of what the vendor leaves out because it is empty", () => {
    const bare = vulnerabilityOf(
      Finding.parse({
        finding_id: FINDING.finding_id,
        state: "REOPENED",
        severity_id: 0,
        first_found: FINDING.first_found,
        last_found: FINDING.last_found,
        plugin: { id: 11936, name: "OS Identification" },
        asset: { uuid: "x" },
      }),
    );
    expect(bare).toMatchObject({
      cve_id: null,
      cve: null,
      related_vulnerabilities: [],
      cvss: null,
      remediation: null,
      device: { uid: "x", hostname: null, ip: null, os: { name: null } },
      port: null,
      scan_id: null,
      default_severity_id: 1,
      severity_modification: "none",
    });
    expect(Vulnerability.safeParse(bare).success).toBe(true);
  });

  test("cannot dress up a name with what can't be seen", () => {
    const asset = { ...FINDING.asset, hostname: "web\u202e01\n" };
    expect(normalised({ asset }).device.hostname).toBe("web⟦U+202E⟧01");
  });
});

describe("what we rely on and don't get is a changed contract", () => {
  test.each([
    ["finding_id", undefined],
    ["finding_id", 7],
    ["severity_id", "3"],
    ["severity_id", 5],
    ["severity_id", undefined],
    ["state", "GONE"],
    ["first_found", "yesterday"],
    ["last_found", 1_795_341_570],
    ["severity_modification_type", "DENIED"],
    ["plugin", undefined],
    ["asset", undefined],
  ])("%s: %j", (field, value) => {
    expect(pathOf({ ...FINDING, [field]: value })).toBe(field);
  });

  test("a status that can't be told from finished", () => {
    const status = { status: "FINISHED", chunks_available: [1] };
    expect(ExportStatus.safeParse(status).success).toBe(true);
    expect(ExportStatus.safeParse({ ...status, status: "DONE" }).success).toBe(false);
    expect(ExportStatus.safeParse({ status: "FINISHED" }).success).toBe(false);
  });

  test("an export without a name, and a list of scans that isn't there", () => {
    expect(RequestedExport.safeParse({}).success).toBe(false);
    expect(RequestedExport.safeParse({ export_uuid: "../assets" }).success).toBe(false);
    expect(ScanList.safeParse({}).success).toBe(false);
    expect(ScanList.safeParse({ scans: null }).success).toBe(true);
  });
});
