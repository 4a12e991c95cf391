import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { CONTROLS } from "../../../src/catalogue/controls/catalogue.ts";
import { findingOf } from "../../../src/catalogue/controls/finding.ts";
import type { ControlReading } from "../../../src/catalogue/controls/reading.ts";
import type { ControlVerdict } from "../../../src/catalogue/controls/verdict.ts";
import { GAP, NOW, reading } from "./readings.ts";

const violation = { resource: { type: "user", uid: "u1", name: "ada@acme.test" }, facts: { user_id: "u1" } };
const nameless = { resource: { type: "device", uid: "d1", name: null }, facts: { device_id: "d1" } };

const verdicts: Record<
  string,
  { readonly verdict: ControlVerdict; readonly readings: readonly ControlReading[] }
> = {
  pass: {
    verdict: { status: "pass", reason: "Everything was read.", violations: [], all_seen: true },
    readings: [reading([1, 2])],
  },
  fail: {
    verdict: { status: "fail", reason: "Found 2.", violations: [violation, nameless], all_seen: true },
    readings: [reading([1, 2]), reading([])],
  },
  indeterminate: {
    verdict: { status: "indeterminate", reason: GAP.message, violations: [violation], all_seen: false },
    readings: [reading([1], GAP)],
  },
};

const findings = CONTROLS.flatMap((control) =>
  Object.entries(verdicts).map(
    ([status, { verdict, readings }]) =>
      [
        `${control.control_id}, ${status}`,
        findingOf({ tenant: "acme", control, verdict, readings, examples: verdict.violations, now: NOW }),
      ] as const,
  ),
);

describe("a finding", () => {
  const of = (status: keyof typeof verdicts) => findings.find(([name]) => name.endsWith(`, ${status}`))?.[1];

  test("names the control, the standards and how it ended in OCSF's words", () => {
    expect(of("pass")).toMatchObject({
      class_uid: 2003,
      type_uid: 200301,
      severity_id: 1,
      compliance: {
        control: "critical-vulnerabilities-overdue",
        standards: expect.arrayContaining(["PCI DSS 4.0.1"]),
        requirements: expect.arrayContaining(["6.3.3", "A.8.8"]),
        status_id: 1,
        status: "Pass",
      },
    });
    expect(of("fail")).toMatchObject({
      severity: "Critical",
      compliance: { status_id: 3, status: "Fail" },
      resources: [
        { type: "user", uid: "u1", name: "ada@acme.test" },
        { type: "device", uid: "d1" },
      ],
    });
  });

  test("that could not be decided is neither pass nor fail, and of unknown severity", () => {
    expect(of("indeterminate")).toMatchObject({
      severity_id: 0,
      compliance: { status_id: 99, status: "Indeterminate", status_details: [GAP.message] },
      evidences: [{ data: { complete: false } }],
    });
  });
});

const folder = process.env.OCSF_SCHEMAS ?? "";

describe.skipIf(!existsSync(folder))("OCSF 1.8.0's schema (OCSF_SCHEMAS names its folder)", () => {
  const validate = () =>
    new Ajv2020({ strict: false }).compile(
      JSON.parse(readFileSync(join(folder, "compliance_finding.schema.json"), "utf8")),
    );

  test("holds every control's finding, however it ended", () => {
    const valid = validate();
    for (const [name, finding] of findings)
      expect([name, valid(finding) ? [] : valid.errors]).toEqual([name, []]);
  });

  test("refuses a finding with an attribute that OCSF doesn't have", () => {
    expect(validate()({ ...findings[0]?.[1], control_id: "x" })).toBe(false);
  });
});
