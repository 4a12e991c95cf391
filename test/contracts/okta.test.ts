import { beforeAll, describe, expect, it } from "vitest";
import { vendors } from "../../lab/vendors.ts";
import { userSearch } from "../../src/connectors/okta/filter.ts";
import { listSignIns, sessionsEnded } from "../../src/connectors/okta/sign-ins/system-log.ts";
import { enabledAccounts } from "../../src/connectors/okta/users/accounts.ts";
import { listUsers, readUserAndRoles, usesMfa } from "../../src/connectors/okta/users/users.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { fault, lab } from "../lab/support/estate.ts";
import { deactivatedUser, halfEnrolledUser, noUser, OktaOrg, plainUser } from "../lab/support/okta-org.ts";
import { changeAt } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const endUserSessions = changeAt("end_user_sessions");
const suspendUser = changeAt("suspend_user");
const unsuspendUser = changeAt("unsuspend_user");

/** Words of the lab's that the document hasn't, each with one that stands in the same place. */
const UNKNOWN: Readonly<Record<string, string>> = {
  IN_REVIEW: "ACTIVE",
  STALLED: "CHALLENGE",
  face_scan: "push",
  AGENT_ADMIN: "ORG_ADMIN",
  DPoP: "Bearer",
};

/**
 * An answer as its document would have it. Real answers hold nulls where the document knows none, and words are added
 * without notice: the lab has both, because the vendor has.
 */
function asDocumented<Answered extends { body: unknown }>(answer: Answered): Answered {
  const body = JSON.parse(JSON.stringify(answer.body), (_name, value: unknown) => {
    if (typeof value === "string") return UNKNOWN[value] ?? value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
  });
  return { ...answer, body };
}

describe.skipIf(!folder)(`Okta, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    document = new VendorDocument("okta.json");
  });

  it("has every operation under the document's path and method", () => {
    const simulators = vendors.map((vendor) => vendor({ storage: {} } as never));
    const operations = simulators.find(({ vendor }) => vendor === "okta")?.operations ?? [];
    expect(operations).toHaveLength(9);
    for (const { id, method, path } of operations) {
      expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it("issues and refuses tokens as documented", async () => {
    const world = await lab();
    const org = new OktaOrg(world);
    const answers = [
      await org.signIn(),
      await org.signIn({ claims: { exp: 1 } }),
      await org.signIn({ scope: "okta.apps.manage" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 400]);
    const bound = await new OktaOrg(world).signInWithProof("sessions");
    expect(bound.body.token_type).toBe("DPoP");
    document.expectDocumented("token", asDocumented(bound));
    await fault(world, { vendor: "okta", operation: "token", mode: "rate_limit", times: 1 });
    for (const answer of [...answers, await org.signIn()]) document.expectDocumented("token", answer);
  });

  it("describes every user, with factors and roles, as documented, with no property that the document hasn't", async () => {
    const world = await lab();
    const org = await OktaOrg.signedIn(world, "read");
    const known = document.propertiesOf("User");
    const listed = await org.users({ search: "id pr" });
    expect(listed.body).toHaveLength(158);
    document.expectDocumented("listUsers", asDocumented(listed));
    for (const user of listed.body as { id: string }[]) {
      expect(Object.keys(user).filter((property) => !known.has(property))).toEqual([]);
    }
    const ids = (listed.body as { id: string }[]).map(({ id }) => id);
    for (const id of [...ids.slice(0, 3), ...ids.slice(100), noUser]) {
      const [factors, roles] = [
        await org.get(`/api/v1/users/${id}/factors`),
        await org.get(`/api/v1/users/${id}/roles`),
      ];
      document.expectDocumented("listFactors", asDocumented(factors));
      document.expectDocumented("listAssignedRolesForUser", asDocumented(roles));
    }
    for (const id of [plainUser, halfEnrolledUser, noUser]) {
      document.expectDocumented("getUser", asDocumented(await org.get(`/api/v1/users/${id}`)));
    }
  });

  it("changes users and ends sessions as documented, success, refusal and failure alike", async () => {
    const world = await lab();
    const suspend = await OktaOrg.signedIn(world, "suspend");
    const read = await OktaOrg.signedIn(world, "read");
    const moved = [
      await suspend.lifecycle("suspend", plainUser),
      await suspend.lifecycle("suspend", deactivatedUser),
      await read.lifecycle("suspend", plainUser),
      await suspend.lifecycle("suspend", noUser),
    ];
    expect(moved.map(({ status }) => status)).toEqual([200, 400, 403, 404]);
    for (const answer of moved) document.expectDocumented("suspendUser", answer);
    document.expectDocumented("unsuspendUser", await suspend.lifecycle("unsuspend", plainUser));
    const ended = [
      await suspend.endSessions(plainUser),
      await read.endSessions(plainUser),
      await suspend.endSessions(noUser),
    ];
    expect(ended.map(({ status }) => status)).toEqual([204, 403, 404]);
    for (const answer of ended) document.expectDocumented("revokeUserSessions", answer);
  });

  it("writes its log as documented, changes included, with no property that the document hasn't", async () => {
    const world = await lab();
    const org = await OktaOrg.signedIn(world, "read");
    await (await OktaOrg.signedIn(world, "suspend")).endSessions(plainUser);
    world.clock.ms += 1000;
    const events = await org.logs({ limit: "1000", sortOrder: "DESCENDING" });
    expect(events.body[0]).toMatchObject({ eventType: "user.session.clear" });
    document.expectDocumented("listLogEvents", asDocumented(events));
    const known = document.propertiesOf("LogEvent");
    for (const event of events.body as object[]) {
      expect(Object.keys(event).filter((property) => !known.has(property))).toEqual([]);
    }
    document.expectDocumented("listLogEvents", await org.logs({ filter: "nonsense" }));
  });

  it("breaks the document when a fault has it drift", async () => {
    const world = await lab();
    const org = await OktaOrg.signedIn(world, "read");
    await fault(world, { vendor: "okta", mode: "drift" });
    for (const [operation, answer] of [
      ["listUsers", await org.users()],
      ["listAssignedRolesForUser", await org.get(`/api/v1/users/${plainUser}/roles`)],
      ["listFactors", await org.get(`/api/v1/users/${plainUser}/factors`)],
    ] as const) {
      expect(() => document.expectDocumented(operation, answer), operation).toThrow();
    }
  });

  it("is asked by requests that the document knows", async () => {
    const user = {
      id: plainUser,
      status: "ACTIVE",
      created: "2026-01-01T00:00:00.000Z",
      profile: { login: "sofia.petrov@acme.test" },
    };
    const through = new RecordedRequests({
      listUsers: [user],
      getUser: user,
      listFactors: [],
      listAssignedRolesForUser: [],
      // A page behind another one holds something.
      listLogEvents: [
        {
          uuid: "e1",
          eventType: "user.session.start",
          published: "2026-11-22T10:00:00.000Z",
          target: [{ id: plainUser }],
        },
      ],
    });
    const search = userSearch({ query: "Sofia P", status: "active" }) ?? "";
    const env = { OKTA_BASE_URL: "https://acme.okta.com" } as Env;
    await listUsers(through, env, { search }, "after", 25);
    await listUsers(through, env, {}, null, 25);
    await enabledAccounts(through, env);
    await readUserAndRoles(through, plainUser);
    await usesMfa(through, plainUser);
    await listSignIns(
      through,
      env,
      {
        user_id: plainUser,
        outcome: "failure",
        ip: "2001:db8::7",
        since: "2026-11-22T10:00:00.000Z",
        until: "2026-11-23T10:00:00.000Z",
      },
      "after",
      25,
    );
    await sessionsEnded(through, plainUser, 0, "lab-okta-sessions");
    const changes = [suspendUser, unsuspendUser, endUserSessions].map((tool) =>
      tool.request({ user_id: plainUser }, "op_1", {} as Env),
    );
    expect(through.asked).toHaveLength(9);
    for (const request of [...through.asked, ...changes]) document.expectRequest(request);
  });
});
