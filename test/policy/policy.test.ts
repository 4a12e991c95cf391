import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY, decide, type GateFacts, newlyHeld, type Policy } from "../../src/policy/policy.ts";
import type { TargetAttributes } from "../../src/toolkit/change.ts";

const FACTS: GateFacts = {
  tool: "contain_device",
  countermeasure: "isolate",
  roles: ["responder"],
  attributes: { criticality: "low" },
  count: 1,
};

function decision(changes: Partial<GateFacts>): string {
  const decided = decide(DEFAULT_POLICY, { ...FACTS, ...changes });
  return decided.decision === "go" ? "go" : decided.for;
}

describe("the default policy", () => {
  it("lets a responder contain and release devices of low and medium criticality", () => {
    for (const countermeasure of ["isolate", "restore"] as const) {
      for (const criticality of ["low", "medium"] as const) {
        expect(decision({ countermeasure, attributes: { criticality } })).toBe("go");
      }
    }
  });

  it("asks for another person for a countermeasure of any tool on a device that matters, or may", () => {
    for (const countermeasure of ["isolate", "restore", "evict"] as const) {
      for (const criticality of ["high", "critical", "unknown"] as const) {
        expect(decision({ tool: "a_new_one", countermeasure, attributes: { criticality } })).toBe("approval");
      }
    }
    expect(decision({ countermeasure: null, attributes: { criticality: "critical" } })).toBe("go");
  });

  it("takes a device that nobody has rated for what the policy says", () => {
    const attributes = { criticality: "unknown" } as const;
    const relaxed = { ...DEFAULT_POLICY, unknown_criticality: "low" } as const;
    expect(decide(relaxed, { ...FACTS, attributes })).toEqual({ decision: "go" });
  });

  it("names no tool, so that a new vendor's containment is held like the first one's", () => {
    expect(DEFAULT_POLICY.rules.filter(({ when }) => when.tools !== undefined)).toEqual([]);
  });

  it("asks for another person when the target is an administrator", () => {
    expect(decision({ tool: "suspend_user", attributes: { administrator: true } })).toBe("approval");
    expect(decision({ tool: "suspend_user", attributes: { administrator: false } })).toBe("go");
    // Not known is not "no".
    expect(decision({ tool: "suspend_user", attributes: { administrator: null } })).toBe("approval");
  });

  it("asks for another person from the twenty-first change within ten minutes", () => {
    expect(decision({ count: 20 })).toBe("go");
    expect(decision({ count: 21 })).toBe("approval");
  });

  it("asks for another person for everything that an analyst wants", () => {
    expect(decision({ roles: ["analyst"] })).toBe("approval");
    expect(decision({ roles: ["analyst"], tool: "anything_new" })).toBe("approval");
  });

  it("goes by the strongest role of whoever has several", () => {
    expect(decision({ roles: ["analyst", "responder"] })).toBe("go");
  });

  it("never says go where no rule does", () => {
    expect(decision({ roles: [] })).toBe("approval");
    expect(decide({ version: "empty", rules: [] }, FACTS)).toMatchObject({
      decision: "hold",
      for: "approval",
    });
  });

  it("says why it holds something back", () => {
    expect(decide(DEFAULT_POLICY, { ...FACTS, attributes: { criticality: "critical" } })).toMatchObject({
      because: expect.stringContaining("critical"),
    });
  });
});

describe("what was decided", () => {
  const low = { criticality: "low" } as const;
  const critical = { criticality: "critical" } as const;
  const held = (now: object, then: object, policy = DEFAULT_POLICY) =>
    newlyHeld(policy, { ...FACTS, roles: ["analyst"], attributes: now, count: 0 }, then, "approval");

  it("needs more once a rule holds the target that didn't before", () => {
    expect(held(critical, low)).toContain("criticality");
    expect(held({ ...low, administrator: true }, low)).toContain("administrator");
  });

  it("needs no more for what was known then, for less, or for a rule that comes after a go", () => {
    expect(held(critical, { criticality: "high" })).toBeNull();
    expect(held(low, critical)).toBeNull();
    expect(held({}, {})).toBeNull();
    const rules = [{ when: {}, decision: "go" as const, because: "all" }, ...DEFAULT_POLICY.rules];
    expect(held(critical, low, { version: "1", rules })).toBeNull();
  });

  describe("by the person's own confirmation alone", () => {
    const rules: Policy["rules"] = [
      { when: { criticality: ["low"] }, decision: "confirmation", because: "it is low" },
      { when: { administrator: true }, decision: "approval", because: "it is an administrator" },
    ];
    const confirmed = (now: TargetAttributes, then: TargetAttributes) =>
      newlyHeld({ version: "1", rules }, { ...FACTS, attributes: now, count: 0 }, then, "confirmation");

    it("needs more once no rule lets the person confirm", () => {
      expect(confirmed(critical, low)).toContain("approval");
    });

    it("needs more once a rule decides that also applied before, and wants somebody else", () => {
      const administrator = { administrator: true };
      expect(confirmed({ ...critical, ...administrator }, { ...low, ...administrator })).toContain(
        "administrator",
      );
    });

    it("needs no more while the same rule decides, or while a count was why", () => {
      expect(confirmed(low, low)).toBeNull();
      expect(confirmed(critical, critical)).toBeNull();
    });
  });
});
