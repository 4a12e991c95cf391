import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../src/policy/policy.ts";
import { readGatePolicy } from "../../src/policy/policy-document.ts";

describe("a gate policy document", () => {
  it("is the default where none is given", () => {
    expect(readGatePolicy("")).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });

  it("is read as it is written", () => {
    const policy = {
      version: "acme-7",
      rules: [
        {
          when: { roles: ["responder"], criticality: ["low"] },
          decision: "confirmation",
          because: "be sure",
        },
      ],
    };
    expect(readGatePolicy(JSON.stringify(policy))).toEqual({ ok: true, policy });
    expect(readGatePolicy(JSON.stringify(DEFAULT_POLICY))).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });

  it.each([
    ["no JSON", "{", "GATE_POLICY must be JSON"],
    [
      "an unknown role",
      '{"version":"1","rules":[{"when":{"roles":["boss"]},"decision":"go","because":"why"}]}',
      "GATE_POLICY.rules.0.when.roles.0",
    ],
    [
      "a condition that doesn't exist",
      '{"version":"1","rules":[{"when":{"weekday":1},"decision":"go","because":"why"}]}',
      "GATE_POLICY.rules.0.when",
    ],
    [
      "a decision that doesn't exist",
      '{"version":"1","rules":[{"when":{},"decision":"maybe","because":"why"}]}',
      "GATE_POLICY.rules.0.decision",
    ],
    ["no version", '{"rules":[]}', "GATE_POLICY.version"],
  ])("with %s is refused, naming the field", (_what, text, named) => {
    const reading = readGatePolicy(text);
    expect(reading.ok ? "" : reading.problems.join()).toContain(named);
  });
});
