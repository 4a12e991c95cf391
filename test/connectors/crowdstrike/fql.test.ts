import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFql, unescapeFql } from "../../../lab/crowdstrike/fql.ts";
import { DeviceQuery, deviceFilter, quoted } from "../../../src/connectors/crowdstrike/fql.ts";

const unassigned = "high";
const ID = "0123456789abcdef0123456789abcdef";

describe("a query becomes", () => {
  test.each([
    ["a part of a name", "LT-0", "hostname:*'*LT-0*'"],
    ["a pattern of a name, with the caller's own asterisks", "BOS-*", "hostname:*'BOS-*'"],
    ["an address", "10.20.0.11", "local_ip:'10.20.0.11'"],
    ["an id", ID, `device_id:'${ID}'`],
    ["an id in the vendor's case", ID.toUpperCase(), `device_id:'${ID}'`],
    ["a part of a name, if it only resembles an address", "10.20.0", "hostname:*'*10.20.0*'"],
  ])("%s", (_, query, filter) => {
    expect(deviceFilter({ query }, unassigned)).toBe(filter);
  });
});

describe("no query", () => {
  test.each([
    "'",
    "a'+status:'normal",
    "a\\",
    "a,b",
    "a b",
    "(a)",
    "[a]",
    "a\n",
    "",
    "ü",
    "a:b",
    "a+b",
    "a".repeat(129),
  ])("may be %j", (query) => {
    expect(DeviceQuery.safeParse(query).success).toBe(false);
  });

  test("that is let through says more than the one thing that it asks for", () => {
    const plain = fc.stringMatching(/^[\w.*-]{1,128}$/);
    const hostile = fc.string({ unit: fc.constantFrom(..."aB1.-_*'\\+,:()[] \n"), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(plain, hostile), (query) => {
        if (!DeviceQuery.safeParse(query).success) return;
        const parsed = parseFql(deviceFilter({ query }, unassigned) ?? "");
        expect(parsed.kind).toBe("clause");
        if (parsed.kind === "clause") {
          expect([query, query.toLowerCase(), `*${query}*`]).toContain(parsed.values.join());
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("a quoted value is one value, whatever it holds", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."a'\\+,:()[]*") }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const parsed = parseFql(`hostname:${quoted(value)}`);
      expect(parsed).toMatchObject({ kind: "clause", property: "hostname", operator: "" });
      if (parsed.kind === "clause") expect(parsed.values.map(unescapeFql)).toEqual([value]);
    }),
  );
});

describe("a filter", () => {
  test("is absent where nothing is asked for", () => {
    expect(deviceFilter({}, unassigned)).toBeNull();
  });

  test("joins everything that is asked for", () => {
    expect(deviceFilter({ query: "web", containment: "lifting" }, unassigned)).toBe(
      "hostname:*'*web*'+status:'lift_containment_pending'",
    );
  });

  test("asks for a rating in every case in which it is written", () => {
    expect(deviceFilter({ criticality: "medium" }, unassigned)).toBe(
      "(criticality:'medium',criticality:'Medium')",
    );
  });

  test("finds unrated devices where they count as what is asked for", () => {
    const filter = deviceFilter({ criticality: "high" }, "high");
    expect(filter).not.toContain("'high'");
    for (const other of [
      "low",
      "Low",
      "noncritical",
      "Noncritical",
      "medium",
      "Medium",
      "critical",
      "Critical",
    ]) {
      expect(filter).toContain(`criticality:!'${other}'`);
    }
  });
});
