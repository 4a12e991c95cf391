import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fql, parseFql } from "../../../../lab/crowdstrike/fql.ts";
import {
  detectionFilter,
  OPEN_AND_MAYBE_SEVERE,
} from "../../../../src/connectors/crowdstrike/detections/detection-filter.ts";
import { SEVERITIES } from "../../../../src/toolkit/severity.ts";
import { readTool } from "../../../support/deployed.ts";

const searchDetections = readTool("search_detections");

const ID = "0123456789abcdef0123456789abcdef";
const SHA = "AB".repeat(32);

/** Every filter of the search, and what is sent for it. */
describe("a search for detections sends", () => {
  test.each([
    [{}, null],
    [{ severity: ["high"] }, "(severity_name:'High',(severity:>=60+severity:<80))"],
    [{ severity: ["high", "critical"] }, "(severity_name:['High','Critical'],(severity:>=60))"],
    [
      { severity: ["critical", "low"] },
      "(severity_name:['Critical','Low'],(severity:>=20+severity:<40),(severity:>=80))",
    ],
    [{ status: ["in_progress"] }, "status:'in_progress'"],
    [{ status: ["new", "reopened"] }, "status:['new','reopened','New']"],
    [{ device_id: ID }, `agent_id:'${ID}'`],
    [{ since: "2026-11-22T11:00:00+01:00" }, "created_timestamp:>='2026-11-22T10:00:00.000Z'"],
    [{ until: "2026-11-22T10:00:00Z" }, "created_timestamp:<'2026-11-22T10:00:00.000Z'"],
    [{ user: "ada.abel" }, "user_name:'ada.abel'"],
    [{ user: "Ada.Abel" }, "user_name:['Ada.Abel','ada.abel']"],
    [{ user: "CORP\\ada" }, "user_name:'ada'"],
    [{ user: "ada@corp.example" }, "user_name:['ada@corp.example','ada']"],
    [{ hash: SHA }, `sha256:'${SHA.toLowerCase()}'`],
    [{ hash: SHA.slice(0, 40) }, `sha1:'${SHA.slice(0, 40).toLowerCase()}'`],
    [{ hash: SHA.slice(0, 32) }, `md5:'${SHA.slice(0, 32).toLowerCase()}'`],
    [{ status: ["closed"], device_id: ID }, `status:'closed'+agent_id:'${ID}'`],
  ] as const)("for %j: %s", (asked, filter) => {
    expect(detectionFilter(searchDetections.input.parse(asked))).toBe(filter);
    if (filter !== null) parseFql(filter);
  });
});

test("what a control asks for names no severity that could be high under another word", () => {
  expect(OPEN_AND_MAYBE_SEVERE).not.toMatch(/'(High|Critical)'/);
  parseFql(OPEN_AND_MAYBE_SEVERE);
});

test("what a control asks for takes a high number for enough: a vendor may read no word as no match", () => {
  expect(OPEN_AND_MAYBE_SEVERE).toMatch(/,severity:>=60\)$/);
});

/** How many conditions hold at once: what the caller asked for, and not one more. */
function conditions(filter: Fql): number {
  return filter.kind === "and" ? filter.terms.length : 1;
}

test("no arguments that are let through say more than what they ask for", () => {
  const hostile = fc.string({ unit: fc.constantFrom(..."a0Z'\\+,:()[]>!*@ \n-T.+"), maxLength: 40 });
  const argument = fc.oneof(
    hostile,
    fc.constantFrom(ID, "2026-11-22T10:00:00Z", "new", "2026-11-22T10:00:00Z'+status:!'x"),
  );
  const listOf = (known: readonly string[]) =>
    fc.array(fc.oneof(fc.constantFrom(...known), hostile), { maxLength: 6 });
  const asked = fc.record(
    {
      severity: listOf(SEVERITIES),
      status: listOf(["new", "closed"]),
      since: argument,
      device_id: argument,
      user: argument,
      hash: argument,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(asked, (input) => {
      const parsed = searchDetections.input.safeParse(input);
      if (!parsed.success) return;
      const filter = detectionFilter(parsed.data);
      const wanted = Object.keys(input).length;
      if (filter === null) expect(wanted).toBe(0);
      else expect(conditions(parseFql(filter))).toBe(wanted);
    }),
    { numRuns: 3000 },
  );
});
