import fc from "fast-check";
import { expect, test } from "vitest";
import { authorize } from "../../src/auth/scope-check.ts";
import { ALL_SCOPES, ROLES, scopesOfRoles } from "../../src/toolkit/scopes.ts";

test("a call is allowed exactly where token and role both allow it", () => {
  fc.assert(
    fc.property(
      fc.subarray([...ROLES]),
      fc.subarray([...ALL_SCOPES]),
      fc.constantFrom(...ALL_SCOPES),
      (roles, scopes, need) => {
        const role_allows = scopesOfRoles(roles).includes(need);
        const token_allows = scopes.includes(need);
        expect(authorize({ roles, scopes }, need).ok).toBe(role_allows && token_allows);
      },
    ),
  );
});

test("what the role forbids is never offered as a scope to ask for", () => {
  expect(authorize({ roles: ["viewer"], scopes: ["devices:contain"] }, "devices:contain")).toEqual({
    ok: false,
    reason: "role_forbids",
  });
});

test("what only the token lacks is named", () => {
  expect(authorize({ roles: ["responder"], scopes: ["devices:read"] }, "devices:contain")).toEqual({
    ok: false,
    reason: "scope_missing",
    required: ["devices:contain"],
  });
});

test("any scope of the role will do for what everybody may do, and no role won't", () => {
  expect(authorize({ roles: ["auditor"], scopes: [] }, "any")).toEqual({ ok: true });
  expect(authorize({ roles: [], scopes: [...ALL_SCOPES] }, "any")).toEqual({
    ok: false,
    reason: "role_forbids",
  });
});
