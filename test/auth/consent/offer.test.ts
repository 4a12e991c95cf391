import { expect, test } from "vitest";
import {
  asksForNothingKnown,
  FIRST_SCOPES,
  grantedScopes,
  offerFor,
} from "../../../src/auth/consent/offer.ts";
import { ALL_SCOPES, ROLES, scopesOfRoles } from "../../../src/toolkit/scopes.ts";

test("nobody is offered what their role doesn't allow", () => {
  for (const role of ROLES) {
    const { asked, more, forbidden } = offerFor([...ALL_SCOPES], [role]);
    expect(asked).toEqual(scopesOfRoles([role]));
    expect(more).toEqual([]);
    expect([...asked, ...forbidden].sort()).toEqual([...ALL_SCOPES].sort());
  }
});

test("what was not asked for is offered apart", () => {
  const { asked, more, forbidden } = offerFor(["devices:read"], ["responder"]);
  expect(asked).toEqual(["devices:read"]);
  expect(more).toContain("devices:contain");
  expect(more).not.toContain("devices:read");
  expect(forbidden).toEqual([]);
});

test("a request that names nothing asks for what a viewer may do", () => {
  expect(offerFor([], ["responder"]).asked).toEqual(FIRST_SCOPES);
  expect(FIRST_SCOPES).toEqual(scopesOfRoles(["viewer"]));
});

test("offline_access is granted to those who ask for it by name, and is nothing to tick", () => {
  expect(offerFor(["devices:read", "offline_access"], ["viewer"]).asked).toEqual(["devices:read"]);
  expect(grantedScopes(["devices:read", "offline_access"], ["devices:read"])).toEqual([
    "devices:read",
    "offline_access",
  ]);
  expect(grantedScopes(["devices:read"], ["devices:read"])).toEqual(["devices:read"]);
});

test("a request for scopes from elsewhere is told from one that names none", () => {
  expect(asksForNothingKnown(["repo", "gist"])).toBe(true);
  expect(asksForNothingKnown(["repo", "devices:read"])).toBe(false);
  expect(asksForNothingKnown([])).toBe(false);
});
