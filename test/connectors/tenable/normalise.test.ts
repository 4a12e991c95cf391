import { describe, expect, test } from "vitest";
import { Vulnerability } from "../../../src/capabilities/vulnerabilities/vulnerability.ts";
import { vulnerabilityOf } from "../../../src/connectors/tenable/normalise.ts";
import { ExportStatus, Finding, RequestedExport, ScanList } from "../../../src/connectors/tenable/schemas.ts";
import { FINDING } from "./findings.ts";

const normalised = (finding: object) =>
  Vulnerability.parse(vulnerabilityOf(Finding.parse({ ...FINDING, ...finding })));
const pathOf = (value: unknown) => Finding.safeParse(value).error?.issues[0]?.path.join(".");

describe("a vulnerability", () => {
  test("has OCSF's names", () => {
    const vulnerability = normalised({});
    expect(vulnerability).toEqual({
      vulnerability_id: FINDING.finding_id,
      title: "OpenSSH < 9.8 Race Condition",
      desc: "The SSH server is affected by a race condition.",
      cve_id: "CVE-2024-6387",
      cve: { uid: "CVE-2024-6387" },
      related_vulnerabilities: ["CVE-2006-5051"],
      severity_id: 4,
      severity: "High",
      vendor_severity: "high",
      default_severity_id: 4,
      severity_modification: "none",
      status: "open",
      vendor_status: "OPEN",
      cvss: { version: "3", base_score: 8.1 },
      is_fix_available: true,
      is_exploit_available: true,
      remediation: { desc: "Upgrade to OpenSSH 9.8." },
      output: "Installed version: 9.6p1",
      first_seen_time: "2026-10-08T19:18:10.472Z",
      last_seen_time: "2026-11-21T05:03:13.737Z",
      device: {
        uid: FINDING.asset.uuid,
        hostname: "bos-web-01",
        ip: "10.20.0.11",
        os: { name: "Linux Kernel 6.8" },
      },
      port: 22,
      protocol: "TCP",
      service: "ssh",
      scan_id: FINDING.scan.schedule_uuid,
    });
  });

  test("shows what the check saw, without the secrets in it and no longer than it needs", () => {
    const { output } = normalised({ output: `Banner: AKIAIOSFODNN7EXAMPLE\n${"x ".repeat(2000)}` });
    expect(output).toContain("Banner: ");
    expect(output).not.toContain("AKIAIOSFODNN7EXAMPLE");
    expect(output?.length).toBeLessThanOrEqual(500);
  });

  test.each([
    [0, 1, "Informational", "info"],
    [1, 2, "Low", "low"],
    [2, 3, "Medium", "medium"],
    [3, 4, "High", "high"],
    [4, 5, "Critical", "critical"],
  ])("of the vendor's severity %d is OCSF's %d", (severity_id, expected, severity, vendor_severity) => {
    const finding = { severity_id, severity: undefined };
    expect(normalised(finding)).toMatchObject({ severity_id: expected, severity, vendor_severity });
  });

  test.each([
    ["severity_id", 5, { severity_id: 0, severity: "Unknown", vendor_severity: "high" }],
    ["severity", "extreme", { severity: "High", vendor_severity: "extreme" }],
    ["state", "RESURFACED", { status: "unknown", vendor_status: "RESURFACED" }],
    ["state", "reopened", { status: "reopened", vendor_status: "reopened" }],
    ["severity_modification_type", "DENIED", { severity_modification: null }],
  ])("whose %s is the unknown word %j says so", (field, value, expected) => {
    expect(normalised({ [field]: value })).toMatchObject(expected);
  });

  // Every attribute but the ids, one at a time.
  const ATTRIBUTES = [
    ...Object.keys(FINDING).filter((field) => !["finding_id", "asset"].includes(field)),
    ...Object.keys(FINDING.asset)
      .filter((field) => field !== "uuid")
      .map((field) => `asset.${field}`),
    ...Object.keys(FINDING.plugin).map((field) => `plugin.${field}`),
    ...Object.keys(FINDING.port).map((field) => `port.${field}`),
    ...Object.keys(FINDING.scan).map((field) => `scan.${field}`),
  ];

  test.each(ATTRIBUTES)("is read without %s, and with null for it", (path) => {
    for (const nothing of [undefined, null]) {
      const finding = structuredClone(FINDING) as unknown as Record<string, Record<string, unknown>>;
      const [first = "", second] = path.split(".");
      if (second === undefined) Object.assign(finding, { [first]: nothing });
      else Object.assign(finding[first] ?? {}, { [second]: nothing });
      expect(normalised(finding).vulnerability_id).toBe(FINDING.finding_id);
    }
  });

  test("without an id has one of its own: by asset, check, port and protocol", () => {
    const idOf = (changes: object = {}) => normalised({ finding_id: undefined, ...changes }).vulnerability_id;
    expect(idOf()).toMatch(/^derived-[0-9a-f]{32}$/);
    expect(idOf({ last_found: "2026-11-30T00:00:00Z", state: "REOPENED" })).toBe(idOf());
    expect(idOf({ port: { port: "22", protocol: "tcp" } })).toBe(idOf());
    const others = [
      idOf({ port: { port: 23, protocol: "TCP" } }),
      idOf({ port: { port: 22, protocol: "UDP" } }),
      idOf({ plugin: { id: 1 } }),
      idOf({ asset: { uuid: "x" } }),
    ];
    expect(new Set([idOf(), ...others]).size).toBe(5);
    expect(pathOf({ ...FINDING, finding_id: undefined, plugin: {} })).toBe("finding_id");
  });

  test.each([
    [
      { cvss3_base_score: 8.1, cvss4_base_score: 9, cvss_base_score: 7 },
      { version: "3", base_score: 8.1 },
    ],
    [
      { cvss4_base_score: 6.9, cvss_base_score: 7 },
      { version: "4", base_score: 6.9 },
    ],
    [
      { cvss_base_score: 9.3, cvss3_base_score: null },
      { version: "2", base_score: 9.3 },
    ],
    [{ cvss3_base_score: 0 }, null],
  ])("is scored by %j as %j", (scores, cvss) => {
    expect(normalised({ plugin: { id: 1, ...scores } }).cvss).toEqual(cvss);
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
      severity_modification: null,
      is_fix_available: null,
      is_exploit_available: null,
    });
    expect(Vulnerability.safeParse(bare).success).toBe(true);
  });

  test("a host has the name that is one: the address that was scanned may stand there", () => {
    const named = (names: object) => normalised({ asset: { ...FINDING.asset, ...names } }).device.hostname;
    expect(named({ hostname: "192.0.2.225" })).toBe("bos-web-01.acme.test");
    expect(named({ hostname: "2001:db8::1", fqdn: null })).toBe("BOS-WEB-01");
    expect(named({ hostname: "192.0.2.225", fqdn: " ", netbios_name: undefined })).toBe("192.0.2.225");
  });

  test("cannot dress up a name with what can't be seen", () => {
    const asset = { ...FINDING.asset, hostname: "web\u202e01\n" };
    expect(normalised({ asset }).device.hostname).toBe("web⟦U+202E⟧01");
  });
});

describe("what has another type than ours is a changed contract", () => {
  test.each([
    ["finding_id", 7],
    ["severity_id", "3"],
    ["state", { name: "OPEN" }],
    ["first_found", "yesterday"],
    ["last_found", 1_795_341_570],
    ["severity_modification_type", false],
    ["plugin", "201194"],
    ["asset", undefined],
  ])("%s: %j", (field, value) => {
    expect(pathOf({ ...FINDING, [field]: value })).toBe(field);
  });

  test("a status that can't be told from finished", () => {
    const status = { status: "FINISHED", chunks_available: [1] };
    expect(ExportStatus.safeParse(status).success).toBe(true);
    expect(ExportStatus.safeParse({ ...status, status: "DONE" }).success).toBe(false);
    expect(ExportStatus.safeParse({ status: "FINISHED" }).success).toBe(false);
    expect(ExportStatus.safeParse({ status: "QUEUED" }).success).toBe(true);
  });

  test("an export without a name, and a list of scans that isn't there", () => {
    expect(RequestedExport.safeParse({}).success).toBe(false);
    expect(RequestedExport.safeParse({ export_uuid: "../assets" }).success).toBe(false);
    expect(ScanList.safeParse({}).success).toBe(false);
    expect(ScanList.safeParse({ scans: null }).success).toBe(true);
  });
});
