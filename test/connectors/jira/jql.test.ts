import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Jql, parseJql } from "../../../lab/jira/jql.ts";
import { textMatcher } from "../../../lab/jira/text-search.ts";
import { TicketQuery } from "../../../src/capabilities/tickets/search-tickets.ts";
import { creationJql, jqlQuoted, keyIn, ticketsJql } from "../../../src/connectors/jira/jql.ts";

const OPERATION = "op_019ab0c2-7c3e-7d1a-8f0e-1234567890ab_AbC-_dEf01234567";

describe("a search", () => {
  test.each([
    [{}, 'project = "SEC" ORDER BY created DESC'],
    [
      { status: "open" },
      'project = "SEC" AND statusCategory != "In Progress" AND statusCategory != "Done" ORDER BY created DESC',
    ],
    [
      { query: "openssl FRA-web-03", status: "done" },
      'project = "SEC" AND statusCategory = "Done" AND text ~ "\\"openssl\\"" AND text ~ "\\"FRA-web-03\\"" ORDER BY created DESC',
    ],
  ] as const)("for %j is bounded by the project", (filter, jql) => {
    expect(ticketsJql("SEC", filter)).toBe(jql);
  });

  test("for a creation names the project and its label, oldest first", () => {
    expect(parseJql(creationJql("SEC", OPERATION))).toEqual({
      restriction: {
        kind: "and",
        terms: [
          { kind: "clause", field: "project", operator: "=", values: ["SEC"] },
          { kind: "clause", field: "labels", operator: "=", values: [OPERATION] },
        ],
      },
      order: [{ field: "created", descending: false }],
    });
  });
});

describe("no query", () => {
  test.each([
    '"',
    'a" OR project = "HR',
    "a\\",
    "a  b",
    " a",
    "-",
    "a -",
    "a*",
    "(a)",
    "a~2",
    "a:b c",
    "a\n",
    "",
    "one two three four five six seven eight nine",
    "a".repeat(129),
  ])("may be %j", (query) => {
    expect(TicketQuery.safeParse(query).success).toBe(false);
  });

  test("that is let through says more than the words that it asks for, in neither of the two languages", () => {
    const word = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,5}$/u);
    const plain = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
    const hostile = fc.string({ unit: fc.constantFrom(..."aB1.-_@\"'\\+()[]*?~: \nOR"), maxLength: 20 });
    let through = 0;
    fc.assert(
      fc.property(fc.oneof(plain, hostile), (query) => {
        if (!TicketQuery.safeParse(query).success) return;
        through += 1;
        const { restriction, order } = parseJql(ticketsJql("SEC", { query }));
        expect(order).toEqual([{ field: "created", descending: true }]);
        const terms = restriction?.kind === "and" ? restriction.terms : [];
        expect(terms).toEqual([
          { kind: "clause", field: "project", operator: "=", values: ["SEC"] },
          ...query
            .split(" ")
            .map((one): Jql => ({ kind: "clause", field: "text", operator: "~", values: [`"${one}"`] })),
        ]);
        for (const one of query.split(" ")) expect(textMatcher(`"${one}"`)(one)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(through).toBeGreaterThan(300);
  });
});

test("a quoted value is one value, whatever it holds", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...'a"\\ OR()=') }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      expect(parseJql(`labels = ${jqlQuoted(value)}`).restriction).toEqual({
        kind: "clause",
        field: "labels",
        operator: "=",
        values: [value],
      });
    }),
  );
});

describe("a query is a ticket's id", () => {
  test.each([
    ["SEC-12", "SEC-12"],
    ["sec-12", "SEC-12"],
    ["SEC-12 openssl", null],
    ["SEC-web-12", null],
    ["SECRET-12", null],
    ["HR-1", null],
    ["SEC-", null],
    ["12", null],
  ])("%j: %s", (query, key) => {
    expect(keyIn(query, "SEC")).toBe(key);
  });
});
