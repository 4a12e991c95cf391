import { describe, expect, test } from "vitest";
import { listSignIns } from "../../../../src/connectors/okta/sign-ins/system-log.ts";
import { readUser, readUserAndRoles } from "../../../../src/connectors/okta/users/users.ts";
import { RecordedRequests } from "../../recorded-requests.ts";
import { oktaError } from "../answers.ts";

const ID = "00ub0oNGTSWTBKOLGLNR";
const OTHER = "00u1ero7vZFVEIYLWPBN";
const user = { id: ID, status: "ACTIVE", created: "2020-01-01T00:00:00.000Z", profile: { login: "ada" } };

const env = { OKTA_BASE_URL: "https://acme.okta.com" } as Env;

describe("an answer about somebody else is no answer", () => {
  test("where one user was asked for: Okta takes a login in place of an id", async () => {
    await expect(readUser(new RecordedRequests({ getUser: user }), OTHER)).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "id" },
    });
  });

  test("and a login is nobody's id, though Okta takes one in its place", async () => {
    const named = { ...user, profile: { login: "Ada.Moreau@acme.test" } };
    for (const login of ["ada.moreau", "ADA.MOREAU@acme.test"]) {
      expect(await readUser(new RecordedRequests({ getUser: named }), login)).toBeNull();
    }
  });

  test("where one user's sign-ins were asked for", async () => {
    const event = {
      uuid: "1",
      published: "2026-11-22T10:00:00.000Z",
      eventType: "user.session.start",
      outcome: { result: "SUCCESS" },
      actor: { id: OTHER },
    };
    const okta = new RecordedRequests({ listLogEvents: [event] });
    const since = "2026-11-22T00:00:00.000Z";
    await expect(listSignIns(okta, env, { user_id: ID, since }, null, 25)).rejects.toMatchObject({
      detail: { contract_path: "0.actor.id" },
    });
    for (const user_id of [undefined, OTHER]) {
      expect((await listSignIns(okta, env, { user_id, since }, null, 25)).records).toHaveLength(1);
    }
  });
});

describe("a user for the gate", () => {
  const missing = oktaError("E0000007");

  test("is an administrator by any role", async () => {
    const roles = [{ id: "ra1", type: "READ_ONLY_ADMIN", assignmentType: "GROUP" }];
    const okta = new RecordedRequests({ getUser: user, listAssignedRolesForUser: roles });
    expect(await readUserAndRoles(okta, ID)).toMatchObject({ administrator: true });
  });

  test("is perhaps one by a role that we don't know", async () => {
    const okta = new RecordedRequests({ getUser: user, listAssignedRolesForUser: [{ type: "AGENT_ADMIN" }] });
    expect(await readUserAndRoles(okta, ID)).toMatchObject({ administrator: null });
  });

  test("isn't there, if Okta knows neither", async () => {
    const okta = new RecordedRequests({ getUser: missing, listAssignedRolesForUser: missing });
    expect(await readUserAndRoles(okta, ID)).toBeNull();
  });

  test("isn't taken for no administrator where Okta shows the user and no roles of one", async () => {
    const okta = new RecordedRequests({ getUser: user, listAssignedRolesForUser: missing });
    await expect(readUserAndRoles(okta, ID)).rejects.toMatchObject({ code: "upstream_contract_changed" });
  });
});
