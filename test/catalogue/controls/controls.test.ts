import { describe, expect, test } from "vitest";
import { CONTROLS } from "../../../src/catalogue/controls/catalogue.ts";
import { criticalVulnerabilitiesOverdue } from "../../../src/catalogue/controls/critical-vulnerabilities-overdue.ts";
import { detectionsUnassigned } from "../../../src/catalogue/controls/detections-unassigned.ts";
import { devicesWithoutSensor } from "../../../src/catalogue/controls/devices-without-sensor.ts";
import { FRAMEWORK_IDS, frameworkCalled } from "../../../src/catalogue/controls/frameworks.ts";
import { knownExploitedVulnerabilities } from "../../../src/catalogue/controls/known-exploited-vulnerabilities.ts";
import { usersInactive } from "../../../src/catalogue/controls/users-inactive.ts";
import { usersWithoutMfa } from "../../../src/catalogue/controls/users-without-mfa.ts";
import { daysAgo, NOW } from "./readings.ts";

/** The ids of what a control finds, in its order. */
function found(
  control: (typeof CONTROLS)[number],
  items: Readonly<Record<string, readonly unknown[]>>,
): string[] {
  return control.judge(items as never, NOW).map(({ resource }) => resource.uid);
}

const vulnerability = (vulnerability_id: string, days: number, ...cves: string[]) => ({
  vulnerability_id,
  title: vulnerability_id,
  cve_id: cves[0] ?? null,
  related_vulnerabilities: cves.slice(1),
  first_seen_time: daysAgo(days),
  device: { hostname: "host" },
});

const account = (
  user_id: string,
  last_login_days: number | null,
  created_days: number,
  has_mfa?: boolean,
) => ({
  user_id,
  name: user_id,
  status: "active",
  last_login_time: last_login_days === null ? null : daysAgo(last_login_days),
  created_time: daysAgo(created_days),
  unused_since: daysAgo(last_login_days ?? created_days),
  has_mfa,
});

describe("what each control finds", () => {
  test("critical vulnerabilities from the thirtieth day on, the oldest first", () => {
    const vulnerabilities = [
      vulnerability("young", 29.9),
      vulnerability("due", 30),
      vulnerability("old", 300),
    ];
    expect(found(criticalVulnerabilitiesOverdue, { vulnerabilities })).toEqual(["old", "due"]);
  });

  test("vulnerabilities that are known to be exploited by any of their CVEs, the first due first", () => {
    const exploited = [
      { cveID: "CVE-2021-44228", dueDate: "2021-12-24" },
      { cveID: "CVE-2020-1472", dueDate: "2020-09-21" },
    ];
    const vulnerabilities = [
      vulnerability("none", 1),
      vulnerability("other", 1, "CVE-2000-0001"),
      vulnerability("log4j", 1, "CVE-2021-45046", "CVE-2021-44228"),
      vulnerability("zerologon", 1, "CVE-2020-1472"),
    ];
    expect(found(knownExploitedVulnerabilities, { exploited, vulnerabilities })).toEqual([
      "zerologon",
      "log4j",
    ]);
  });

  test("devices whose sensor was last seen thirty days ago or earlier", () => {
    const device = (device_id: string, days: number) => ({
      device_id,
      hostname: device_id,
      criticality: "low",
      last_seen_time: daysAgo(days),
    });
    const devices = [device("here", 0), device("nearly", 29.9), device("lost", 30), device("gone", 44)];
    expect(found(devicesWithoutSensor, { devices })).toEqual(["gone", "lost"]);
  });

  test("users without a second factor, and nobody of whom that isn't known", () => {
    const accounts = [
      account("with", 1, 1, true),
      account("without", 1, 1, false),
      { ...account("unknown", 1, 1), has_mfa: null },
    ];
    expect(found(usersWithoutMfa, { accounts })).toEqual(["without"]);
  });

  test("users who last signed in ninety days ago, or never since an account that old was created", () => {
    const accounts = [
      account("busy", 89.9, 400),
      account("idle", 90, 400),
      account("new", null, 89.9),
      account("never", null, 200),
    ];
    expect(found(usersInactive, { accounts })).toEqual(["never", "idle"]);
  });

  test("every detection that is read as unassigned and past its deadline, the oldest first", () => {
    const detection = (detection_id: string, days: number) => ({
      detection_id,
      title: detection_id,
      severity: "High",
      created_time: daysAgo(days),
      device: null,
    });
    expect(found(detectionsUnassigned, { detections: [detection("b", 2), detection("a", 3)] })).toEqual([
      "a",
      "b",
    ]);
  });
});

describe("the catalogue of controls", () => {
  test("names each control once, in kebab case, and maps it to at least one framework", () => {
    const ids = CONTROLS.map(({ control_id }) => control_id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { control_id, requirements, question } of CONTROLS) {
      expect(control_id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
      expect(Object.keys(requirements).length, control_id).toBeGreaterThan(0);
      expect(question, control_id).toMatch(/\?$/);
    }
  });

  test("writes every requirement as its framework does", () => {
    const form = {
      soc2: /^CC[1-9]\.\d{1,2}$/,
      iso27001: /^A\.[5-8]\.\d{1,2}$/,
      pci_dss: /^\d{1,2}(\.\d{1,2}){2,3}$/,
      cis: /^\d{1,2}\.\d{1,2}$/,
    };
    for (const { requirements } of CONTROLS) {
      for (const framework of FRAMEWORK_IDS) {
        for (const id of requirements[framework] ?? []) expect(id).toMatch(form[framework]);
      }
    }
  });

  test("has something for every framework", () => {
    for (const framework of FRAMEWORK_IDS) {
      expect(
        CONTROLS.some(({ requirements }) => framework in requirements),
        framework,
      ).toBe(true);
    }
  });

  test.each([
    ["SOC 2", "soc2"],
    ["soc2", "soc2"],
    ["ISO 27001", "iso27001"],
    ["PCI-DSS", "pci_dss"],
    ["CIS", "cis"],
    ["HIPAA", null],
    ["", null],
  ])("knows the framework that people call %s", (name, framework) => {
    expect(frameworkCalled(name)).toBe(framework);
  });
});
