import { describe, expect, test } from "vitest";
import {
  ClaimUnreadable,
  type RolePolicy,
  readRolePolicy,
  rolesFrom,
} from "../../../src/auth/sign-in/roles.ts";

const policy: RolePolicy = {
  version: "1",
  claim: "groups",
  roles: { viewer: ["all"], responder: ["soc", "ir"], admin: ["it"] },
};

describe("the role policy", () => {
  const problems = (document: unknown) => {
    const read = readRolePolicy(typeof document === "string" ? document : JSON.stringify(document));
    return read.ok ? [] : read.problems;
  };

  test("is read as it is written", () => {
    expect(readRolePolicy(JSON.stringify(policy))).toEqual({ ok: true, policy });
  });

  test("that isn't JSON says so", () => {
    expect(problems("{")).toEqual([expect.stringContaining("ROLE_POLICY is not JSON")]);
    // What anybody can read at /healthz quotes nothing of it.
    expect(problems('{"claim": acme-secops}').join()).not.toContain("acme");
  });

  test.each([
    [
      "a role that doesn't exist",
      { ...policy, roles: { root: ["x"] } },
      "ROLE_POLICY.roles.root is not a role; the roles are viewer, analyst, responder, approver, auditor, admin",
    ],
    [
      "a role without values",
      { ...policy, roles: { admin: [] } },
      "ROLE_POLICY.roles.admin: lists no claim value; name at least one, or remove the role",
    ],
    [
      "an empty value",
      { ...policy, roles: { admin: [" "] } },
      "ROLE_POLICY.roles.admin.0: is empty; write the value that the claim lists, or remove it",
    ],
    [
      "a field that doesn't exist",
      { ...policy, claims: "groups" },
      "ROLE_POLICY.claims is unknown; remove it",
    ],
    [
      "a claim that isn't a name",
      { ...policy, claim: ["groups"] },
      "ROLE_POLICY.claim: must be the name of the claim that lists groups",
    ],
    [
      "a version that isn't text",
      { ...policy, version: 1 },
      'ROLE_POLICY.version: must be a string that names this revision, such as "1"',
    ],
  ])("with %s names the field and the fix", (_what, document, problem) => {
    expect(problems(document)).toEqual([problem]);
  });

  test("with several faults names them all", () => {
    expect(problems({ version: "", claim: "", roles: { root: ["x"] } })).toHaveLength(3);
  });
});

describe("roles", () => {
  test("come from every value that the policy names, and from no other", () => {
    expect(rolesFrom(policy, { groups: ["ir", "all", "marketing"] })).toEqual(["viewer", "responder"]);
    expect(rolesFrom(policy, { groups: ["SOC", "marketing"] })).toEqual([]);
  });

  test("are none without the claim", () => {
    expect(rolesFrom(policy, {})).toEqual([]);
    expect(rolesFrom(policy, { groups: null, roles: ["it"] })).toEqual([]);
  });

  test("may come from a single value", () => {
    expect(rolesFrom(policy, { groups: "it" })).toEqual(["admin"]);
    expect(rolesFrom(policy, { groups: "it,soc" })).toEqual([]);
  });

  test.each([[42], [{ it: true }], [["it", 42]]])(
    "can't be read from %j, and that isn't taken for none",
    (groups) => {
      expect(() => rolesFrom(policy, { groups })).toThrow(ClaimUnreadable);
    },
  );

  test("left out of the token for length aren't taken for none", () => {
    const claims = {
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://graph.example" } },
    };
    expect(() => rolesFrom(policy, claims)).toThrow(/too long/);
  });
});
