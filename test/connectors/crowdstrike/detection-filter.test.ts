import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fql, parseFql } from "../../../lab/crowdstrike/fql.ts";
import { detectionFilter } from "../../../src/connectors/crowdstrike/detection-filter.ts";
import { searchDetections } from "../../../src/connectors/crowdstrike/search-detections.ts";
import { SEVERITIES } from "../../../src/connectors/severity.ts";

const ID = "0123456789abcdef0123456789abcdef";

describe("a filter for detections", () => {
  test("is absent where nothing is asked for", () => {
    expect(detectionFilter({})).toBeNull();
  });

  test.each([
    [{ severity: ["high"] }, "(severity_name:'High')"],
    [{ severity: ["critical", "low"] }, "(severity_name:'Critical',severity_name:'Low')"],
    [{ status: "in_progress" }, "status:'in_progress'"],
    [{ status: "new" }, "(status:'new',status:'New')"],
    [{ status: "open" }, "status:!'closed'"],
    [{ device_id: ID }, `agent_id:'${ID}'`],
    [{ since: "2026-11-22T11:00:00+01:00" }, "created_timestamp:>='2026-11-22T10:00:00.000Z'"],
    [{ before: "2026-11-22T10:00:00Z" }, "created_timestamp:<'2026-11-22T10:00:00.000Z'"],
  ] as const)("of %j is %s", (asked, filter) => {
    expect(detectionFilter(asked)).toBe(filter);
  });

  test("joins everything that is asked for", () => {
    const asked = { severity: ["high"], status: "closed", device_id: ID } as const;
    expect(detectionFilter(asked)).toBe(`(severity_name:'High')+status:'closed'+agent_id:'${ID}'`);
  });
});

/** How many clauses a filter holds for at once. */
function conditions(filter: Fql): number {
  return filter.kind === "and" ? filter.terms.reduce((sum, term) => sum + conditions(term), 0) : 1;
}

test("no arguments that are let through say more than what they ask for", () => {
  const hostile = fc.string({ unit: fc.constantFrom(..."a0Z'\\+,:()[]>!* \n-T.+"), maxLength: 40 });
  const argument = fc.oneof(
    hostile,
    fc.constantFrom(ID, "2026-11-22T10:00:00Z", "new", "2026-11-22T10:00:00Z'+status:!'x"),
  );
  const severity = fc.array(fc.oneof(fc.constantFrom(...SEVERITIES), hostile), { maxLength: 6 });
  const asked = fc.record(
    { severity, status: argument, since: argument, device_id: argument },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(asked, (input) => {
      const parsed = searchDetections.input.safeParse(input);
      if (!parsed.success) return;
      const filter = detectionFilter(input as Parameters<typeof detectionFilter>[0]);
      const wanted = Object.keys(input).length;
      if (filter === null) expect(wanted).toBe(0);
      else expect(conditions(parseFql(filter))).toBe(wanted);
    }),
    { numRuns: 2000 },
  );
});
