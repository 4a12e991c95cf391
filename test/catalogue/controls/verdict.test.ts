import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONTROLS } from "../../../src/catalogue/controls/catalogue.ts";
import { defineControl, type Part, type Read } from "../../../src/catalogue/controls/control.ts";
import { verdictOf } from "../../../src/catalogue/controls/verdict.ts";
import { credentialOf } from "../../support/deployed.ts";
import { GAP, NOW, reading } from "./readings.ts";

const numbers: Read<number> = {
  what: "numbers",
  credential: credentialOf("crowdstrike.read"),
  population: false,
  run: async (): Promise<Part<number>> => ({ items: [], error: null, more: false }),
};

/** Odd numbers violate it. */
const even = defineControl({
  control_id: "even",
  title: "Even",
  question: "Is every number even?",
  violations: "odd numbers",
  requirements: { cis: ["1.1"] },
  severity: "low",
  reads: { left: numbers, right: numbers },
  judge: ({ left, right }) =>
    [...left, ...right]
      .filter((n) => n % 2 !== 0)
      .map((n) => ({ resource: { type: "number", uid: String(n), name: null }, facts: { n } })),
});

describe("a verdict", () => {
  test("passes only where everything was read and nothing was found", () => {
    const verdict = verdictOf(even, { left: reading([2, 4]), right: reading([]) }, NOW);
    expect(verdict).toMatchObject({ status: "pass", violations: [], all_seen: true });
  });

  test("fails where everything was read and something was found", () => {
    const verdict = verdictOf(even, { left: reading([2, 3]), right: reading([5]) }, NOW);
    expect(verdict).toMatchObject({ status: "fail", reason: "Found 2 odd numbers.", all_seen: true });
  });

  test("is open where a read failed, and shows what was seen as the least there is", () => {
    const verdict = verdictOf(even, { left: reading([3]), right: reading([], GAP) }, NOW);
    expect(verdict).toMatchObject({
      status: "indeterminate",
      reason: `${GAP.message} What could be read already shows 1 odd numbers.`,
      all_seen: false,
    });
    expect(verdict.violations).toHaveLength(1);
  });

  test("is never a pass or a fail with any gap in any reading, whatever was read", () => {
    const anyReading = fc.tuple(fc.array(fc.integer()), fc.boolean());
    fc.assert(
      fc.property(anyReading, anyReading, ([left, left_gap], [right, right_gap]) => {
        const readings = {
          left: reading(left, left_gap ? GAP : null),
          right: reading(right, right_gap ? GAP : null),
        };
        const { status } = verdictOf(even, readings, NOW);
        expect(status === "indeterminate").toBe(left_gap || right_gap);
      }),
    );
  });

  test.each(CONTROLS.map((control) => [control.control_id, control] as const))(
    "of %s is open where any one of its reads failed",
    (_id, control) => {
      for (const failed of Object.keys(control.reads)) {
        const readings = Object.fromEntries(
          Object.keys(control.reads).map((name) => [name, reading([], name === failed ? GAP : null)]),
        );
        expect(verdictOf(control, readings, NOW).status).toBe("indeterminate");
      }
    },
  );
});
