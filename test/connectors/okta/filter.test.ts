import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributesOf, parseScim, type Scim } from "../../../lab/okta/scim.ts";
import {
  quoted,
  sessionsEndedFilter,
  signInFilter,
  UserQuery,
  userSearch,
} from "../../../src/connectors/okta/filter.ts";
import { UserId } from "../../../src/connectors/okta/schemas.ts";

const ID = "00u1ero7vZFVEIYLWPBN";

/** The values that an expression compares with. */
function valuesIn(expression: Scim): string[] {
  return expression.kind === "clause" ? [expression.value] : expression.terms.flatMap(valuesIn);
}

describe("a search becomes", () => {
  test("nothing, if nothing is asked for", () => {
    expect(userSearch({})).toBeNull();
  });

  test("the beginnings of names and addresses, for each word", () => {
    const word = (text: string) =>
      `(profile.firstName sw "${text}" or profile.lastName sw "${text}" or profile.email sw "${text}" or profile.login sw "${text}")`;
    expect(userSearch({ query: "Rosa" })).toBe(word("Rosa"));
    expect(userSearch({ query: " Rosa  Ferr" })).toBe(`${word("Rosa")} and ${word("Ferr")}`);
  });

  test("an id, where it has the form of one", () => {
    expect(userSearch({ query: ID })).toBe(`id eq "${ID}"`);
  });

  test("Okta's words for a status", () => {
    expect(userSearch({ status: "suspended" })).toBe('(status eq "SUSPENDED")');
    expect(userSearch({ query: ID, status: "pending" })).toBe(
      `id eq "${ID}" and (status eq "STAGED" or status eq "PROVISIONED")`,
    );
  });
});

describe("no query", () => {
  test.each([
    '"',
    'a" or status pr or id eq "',
    "a\\",
    "a\n",
    "a\u0000",
    "a\u202eb",
    "",
    "   ",
    "a b c d e f",
    "a".repeat(101),
  ])("may be %j", (query) => {
    expect(UserQuery.safeParse(query).success).toBe(false);
  });

  test.each(["O'Neil", "Anne-Marie", "José", "ada@acme.test", "(a) and b", "李"])(
    "needs to fear %j",
    (query) => {
      expect(UserQuery.safeParse(query).success).toBe(true);
      const parsed = parseScim(userSearch({ query }) ?? "");
      expect(new Set(valuesIn(parsed))).toEqual(new Set(query.split(" ")));
    },
  );

  test("that is let through says more than it asks for", () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'aB1"\\() eqorandsw.-_\n\t@'), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 30 })), (query) => {
        if (!UserQuery.safeParse(query).success) return;
        const parsed = parseScim(userSearch({ query, status: "active" }) ?? "");
        const words = new Set(query.split(" ").filter((word) => word !== ""));
        expect(new Set(valuesIn(parsed))).toEqual(new Set([...words, "ACTIVE"]));
        const asked = attributesOf(parsed).map(({ attribute }) => attribute);
        expect(
          asked.every((attribute) =>
            /^(id|status|profile\.(firstName|lastName|email|login))$/.test(attribute),
          ),
        ).toBe(true);
      }),
    );
  });
});

describe("a user's id", () => {
  test.each([
    "me",
    "ada@acme.test",
    "ada",
    "00u",
    `${ID}x`,
    ID.slice(1),
    `${ID.slice(0, 19)}/`,
    `../${ID}`,
    "00u1ero7vZFVEIYLWP?a",
  ])("is never %j", (id) => {
    expect(UserId.safeParse(id).success).toBe(false);
  });

  test("can't leave its place in a path or an expression", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^00u[\s\S]{17}$/), (id) => {
        if (!UserId.safeParse(id).success) return;
        expect(encodeURIComponent(id)).toBe(id);
        expect(valuesIn(parseScim(sessionsEndedFilter(id)))).toEqual(["user.session.clear", id, "SUCCESS"]);
        expect(valuesIn(parseScim(signInFilter({ user_id: id })))).toEqual(["user.session.start", id]);
      }),
    );
  });
});

test("a value is a JSON string, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      expect(valuesIn(parseScim(`a eq ${quoted(value)}`))).toEqual([value]);
    }),
  );
});

test("the outcome of a sign-in is asked for in Okta's words", () => {
  expect(signInFilter({ outcome: "failure" })).toBe(
    'eventType eq "user.session.start" and (outcome.result eq "FAILURE" or outcome.result eq "DENY")',
  );
});
