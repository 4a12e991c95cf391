import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Creation, createdBy } from "../../src/path/creation.ts";

const TICKET: Creation = {
  finding_id: null,
  idempotency_key: null,
  person: "p1",
  title: "Malware on BOS-LT-1",
};

describe("what is to be created", () => {
  it("is the same under one finding, however its title is worded", () => {
    const about = { ...TICKET, finding_id: "det-1" };
    expect(createdBy(about)).toBe(
      createdBy({ ...about, title: "Other words", idempotency_key: "a-key-of-ours" }),
    );
    expect(createdBy(about)).not.toBe(createdBy({ ...about, finding_id: "det-2" }));
  });

  it("is the same under one key of one person, and not under another person's", () => {
    const keyed = { ...TICKET, idempotency_key: "ticket-0001" };
    expect(createdBy(keyed)).toBe(createdBy({ ...keyed, title: "Other words" }));
    expect(createdBy(keyed)).not.toBe(createdBy({ ...keyed, person: "p2" }));
  });

  it("is the same under titles that a person would call the same", () => {
    expect(createdBy(TICKET)).toBe(createdBy({ ...TICKET, title: "  MALWARE  on\tbos-lt-1 " }));
    expect(createdBy(TICKET)).not.toBe(createdBy({ ...TICKET, title: "Malware on BOS-LT-2" }));
  });

  it("never mixes up finding, key and title, and stays short without two long ones becoming one", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 400 }),
        fc.string({ minLength: 1, maxLength: 400 }),
        (a, b) => {
          const by_finding = createdBy({ ...TICKET, finding_id: a });
          expect(by_finding.length).toBeLessThanOrEqual(160);
          expect(by_finding).not.toBe(createdBy({ ...TICKET, idempotency_key: b }));
          expect(by_finding).not.toBe(createdBy({ ...TICKET, title: b }));
          if (a !== b) expect(by_finding).not.toBe(createdBy({ ...TICKET, finding_id: b }));
        },
      ),
      { seed: 20261122 },
    );
  });
});
