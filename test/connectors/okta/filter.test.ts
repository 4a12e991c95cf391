import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributesOf, holds, parseScim, type Scim } from "../../../lab/okta/scim.ts";
import { UserQuery } from "../../../src/capabilities/identities/search-users.ts";
import { UserId } from "../../../src/capabilities/identities/user.ts";
import {
  scimQuoted,
  sessionsEndedFilter,
  signInFilter,
  userSearch,
} from "../../../src/connectors/okta/filter.ts";
import { signInKindOf } from "../../../src/connectors/okta/sign-ins/sign-in-events.ts";
import { pathOf } from "../../../src/connectors/okta/users/users.ts";

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
    const named = (text: string) =>
      `profile.firstName sw "${text}" or profile.lastName sw "${text}" or profile.email sw "${text}" or profile.login sw "${text}"`;
    const word = (text: string) => `(${named(text)})`;
    // Whether one word is a name or an id can't be told by its form.
    expect(userSearch({ query: "Rosa" })).toBe(`(${named("Rosa")} or id eq "Rosa")`);
    // A name that was copied from a page may have spaces of other kinds.
    for (const query of [" Rosa  Ferr", "Rosa\u00a0Ferr", "Rosa\u3000Ferr\u2009"]) {
      expect(userSearch({ query })).toBe(`${word("Rosa")} and ${word("Ferr")}`);
    }
  });

  test("Okta's words for a status", () => {
    expect(userSearch({ status: "suspended" })).toBe('(status eq "SUSPENDED")');
    expect(userSearch({ query: "a b", status: "pending" })).toMatch(
      / and \(status eq "STAGED" or status eq "PROVISIONED" or status eq "ACTIVATING"\)$/,
    );
  });
});

describe("a query is refused, never narrowed, where no filter says it", () => {
  test.each(["ada*", "a?a", "department:Sales", "status=ACTIVE", "created>2020", "+1-555-0100", "Ada *"])(
    "%s",
    (query) => {
      expect(UserQuery.safeParse(query).success).toBe(true);
      expect(() => userSearch({ query })).toThrow(
        expect.objectContaining({
          code: "unsupported_filter",
          detail: expect.objectContaining({ issues: [expect.objectContaining({ path: "query" })] }),
        }),
      );
    },
  );
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
        const words = new Set(query.split(/\s+/).filter((word) => word !== ""));
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
    "",
    ".",
    "..",
    "a b",
    "a\u0000",
    "x".repeat(257),
    `${ID.slice(0, 19)}/`,
    `../${ID}`,
    "00u1ero7vZFVEIYLWP?a",
  ])("is never %j", (id) => {
    expect(UserId.safeParse(id).success).toBe(false);
  });

  test.each([ID, "ID-123", "guest~1", "legacy.user"])("may be %j, as long as Okta says so", (id) => {
    expect(UserId.parse(id)).toBe(id);
  });

  test("can't leave its place in a path or an expression", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (id) => {
        if (!UserId.safeParse(id).success) return;
        const url = new URL(`https://acme.okta.com${pathOf(id, "/sessions")}`);
        expect(url.pathname.split("/").map(decodeURIComponent)).toEqual([
          "",
          "api",
          "v1",
          "users",
          id,
          "sessions",
        ]);
        expect(url.search + url.hash).toBe("");
        expect(valuesIn(parseScim(sessionsEndedFilter(id)))).toEqual(["user.session.clear", id, "SUCCESS"]);
        expect(valuesIn(parseScim(signInFilter({ user_id: id }))).slice(-2)).toEqual([id, id]);
      }),
    );
  });
});

test("a value is a JSON string, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      expect(valuesIn(parseScim(`a eq ${scimQuoted(value)}`))).toEqual([value]);
    }),
  );
});

describe("the filter for sign-ins", () => {
  const event = (eventType: string, result = "SUCCESS", changes: object = {}) => ({
    eventType,
    outcome: { result },
    actor: { id: ID },
    target: null,
    client: { ipAddress: "2001:db8:0:0:0:0:0:7" },
    ...changes,
  });
  const finds = (asked: Parameters<typeof signInFilter>[0], record: object) =>
    holds(parseScim(signInFilter(asked)), record);

  test.each([
    ["user.session.start", "session"],
    ["user.authentication.auth_via_mfa", "mfa"],
    ["user.authentication.verify", "mfa"],
    ["user.mfa.okta_verify.deny_push", "mfa"],
    ["user.mfa.okta_verify.deny_push_upgrade_needed", "mfa"],
    ["user.mfa.attempt_bypass", "mfa"],
    ["system.push.send_factor_verify_push", "mfa_challenge"],
    ["system.voice.send_mfa_challenge_call", "mfa_challenge"],
    ["user.mfa.factor.activate", "enrolment"],
    ["user.mfa.factor.reset_all", "enrolment"],
    ["device.enrollment.create", "enrolment"],
    ["user.authentication.auth_via_AD_agent", "authentication"],
    ["user.authentication.auth_via_IDP", "authentication"],
    ["user.authentication.auth_via_radius", "authentication"],
    ["user.authentication.auth_unconfigured_identifier", "authentication"],
    ["user.authentication.sso", "sso"],
    ["application.policy.sign_on.deny_access", "policy"],
    ["policy.auth_reevaluate.fail", "policy"],
    ["user.account.lock", "lock"],
    ["user.account.lock.limit", "lock"],
    ["security.threat.detected", "threat"],
    ["user.session.impersonation.initiate", "impersonation"],
  ])("finds %s, which is of the kind %s", (eventType, kind) => {
    expect(finds({}, event(eventType))).toBe(true);
    expect(signInKindOf(eventType)).toBe(kind);
  });

  test("finds a policy's denials, and not what it allows with every click", () => {
    expect(finds({}, event("policy.evaluate_sign_on", "DENY"))).toBe(true);
    expect(finds({}, event("policy.evaluate_sign_on", "ALLOW"))).toBe(false);
  });

  test.each([
    "user.session.end",
    "user.session.clear",
    "user.lifecycle.suspend",
    "group.user_membership.remove",
  ])("finds no %s, and no such event is taken for a sign-in", (eventType) => {
    expect(finds({}, event(eventType))).toBe(false);
    expect(signInKindOf(eventType)).toBeNull();
  });

  test.each(["FAILURE", "DENY", "UNANSWERED", "ABANDONED", "RATE_LIMIT"])(
    "takes %s for a failure and for no success",
    (result) => {
      const record = event("user.authentication.auth_via_mfa", result);
      expect(finds({ outcome: "failure" }, record)).toBe(true);
      expect(finds({ outcome: "success" }, record)).toBe(false);
    },
  );

  test("takes no push that was sent for a sign-in that succeeded", () => {
    const sent = event("system.push.send_factor_verify_push");
    expect(finds({ outcome: "success" }, sent)).toBe(false);
    expect(finds({ outcome: "success" }, event("user.session.start"))).toBe(true);
  });

  test("takes no attack that was let through, and no lock, for a sign-in that succeeded", () => {
    const attack = event("security.threat.detected", "ALLOW");
    expect(finds({ outcome: "success" }, attack)).toBe(false);
    expect(finds({ outcome: "success" }, event("user.account.lock"))).toBe(false);
    expect(finds({}, attack)).toBe(true);
  });

  test("finds what somebody did, and what was done to them", () => {
    const done_to = event("user.mfa.factor.reset_all", "SUCCESS", {
      actor: { id: "00uAdmin" },
      target: [{ id: ID }],
    });
    expect(finds({ user_id: ID }, event("user.session.start"))).toBe(true);
    expect(finds({ user_id: ID }, done_to)).toBe(true);
    expect(finds({ user_id: "00uOther" }, done_to)).toBe(false);
  });

  test.each(["2001:db8::7", "2001:0DB8::0007", "2001:db8:0:0:0:0:0:7"])(
    "finds an address however it is written: %s",
    (ip) => {
      expect(finds({ ip }, event("user.session.start"))).toBe(true);
      const short = event("user.session.start", "SUCCESS", { client: { ipAddress: "2001:db8::7" } });
      expect(finds({ ip }, short)).toBe(true);
    },
  );

  test.each(["10.0.0.*", "10.0.0.0/24", "10.0.0.0-10.0.0.9", "WS-01", "2001:db8::/32", "10.0.0"])(
    "refuses %s as an address",
    (ip) => {
      expect(() => signInFilter({ ip })).toThrow(expect.objectContaining({ code: "unsupported_filter" }));
    },
  );
});
