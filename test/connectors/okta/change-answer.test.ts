import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeChange } from "../../../src/connectors/okta/change-answer.ts";
import type { Conclusion } from "../../../src/toolkit/change.ts";
import { Failure, publicError } from "../../../src/toolkit/failure.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { changeAt } from "../../support/deployed.ts";
import { ANSWERED_AT, answer, CANARY } from "../crowdstrike/answers.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { oktaError } from "./answers.ts";

const endUserSessions = changeAt("end_user_sessions");
const suspendUser = changeAt("suspend_user");
const unsuspendUser = changeAt("unsuspend_user");

const user_id = "00ub0oNGTSWTBKOLGLNR";
const asked = { operation: "suspendUser", credential: "okta.suspend", about: ["user_id"] };
const ANSWERS = {
  success: 200,
  nothing_done: "Nothing was done.",
  refused_status: () => new Failure("upstream_rejected", "Wrong status.", { next_step: "Look." }),
} as const;

const conclude = (given: UpstreamAnswer): Conclusion<string> => concludeChange(given, asked, ANSWERS, "done");

describe("an answer to a change is proof that it was taken on", () => {
  test.each(["", " \n", "{}"])("if it is the documented success, without content: %j", (body) => {
    expect(conclude(answer(200, body))).toEqual({ outcome: "done", data: "done" });
  });
});

describe("an answer to a change is proof that nothing was done", () => {
  test.each([
    [400, "E0000003", "misconfigured"],
    [402, "E0000015", "misconfigured"],
    [403, "E0000006", "credential_rejected"],
    [404, "E0000007", "upstream_rejected"],
    [404, "E0000008", "misconfigured"],
    [409, "E0000014", "misconfigured"],
    [412, "E0000014", "misconfigured"],
    [413, "E0000003", "misconfigured"],
    [422, "E0000014", "misconfigured"],
    [429, "E0000047", "rate_limited"],
  ])("if it is Okta's own %d %s, and it is said that nothing was done", (status, errorCode, code) => {
    expect(conclude(answer(status, oktaError(errorCode)))).toMatchObject({
      outcome: "no_effect",
      failure: { code, message: expect.stringMatching(/ Nothing was done\.$/) },
    });
  });

  test.each([
    [400, "E0000001"],
    [403, "E0000038"],
    [409, "E0000112"],
  ])("if it is %d %s, which is about the account's status and not about the app", (status, errorCode) => {
    expect(conclude(answer(status, oktaError(errorCode)))).toMatchObject({
      outcome: "no_effect",
      failure: { message: "Wrong status." },
    });
  });

  test("if it is a redirect, which isn't followed", () => {
    expect(conclude(answer(302, "<html></html>"))).toMatchObject({
      outcome: "no_effect",
      failure: { code: "misconfigured", detail: { settings: ["OKTA_BASE_URL"] } },
    });
  });

  test("if it is a 401, whatever stands in it", () => {
    for (const body of [oktaError("E0000011"), "<html></html>", ""]) {
      expect(conclude(answer(401, body))).toMatchObject({
        outcome: "no_effect",
        failure: { code: "credential_rejected" },
      });
    }
  });
});

describe("an answer to a change proves nothing", () => {
  test.each([
    ["500", answer(500, oktaError("E0000009"))],
    ["503 without a body", answer(503, "")],
    ["204", answer(204, "")],
    ["405", answer(405, oktaError("E0000022"))],
    ["400 of a code that isn't listed", answer(400, oktaError("E0000099"))],
    ["200 with a page", answer(200, "<html>signed out</html>")],
    ["200 with a list", answer(200, [user_id])],
    ["200 with Okta's error", answer(200, oktaError("E0000009"))],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["404 of a proxy", answer(404, "<html>not found</html>")],
    ["403 in another shape", answer(403, { error: "access_denied" })],
    ["429 of a proxy", answer(429, "slow down")],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const proving = [200, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429];
    const status = fc
      .integer({ min: 200, max: 599 })
      .filter((value) => !proving.includes(value) && Math.floor(value / 100) !== 3);
    const body = fc.oneof(fc.json(), fc.constant(""), fc.constant(JSON.stringify(oktaError("E0000001"))));
    fc.assert(
      fc.property(status, body, (code, text) => {
        expect(conclude(answer(code, text)).outcome).toBe("unknown");
      }),
    );
  });
});

test("nothing that Okta wrote is in what is said about it", () => {
  for (const status of [200, 400, 401, 403, 404, 429, 500]) {
    const concluded = conclude(answer(status, oktaError("E0000006")));
    expect(concluded.outcome).not.toBe("done");
    if (concluded.outcome !== "done") {
      expect(JSON.stringify(publicError(concluded.failure))).not.toContain(CANARY);
    }
  }
});

describe("a tool", () => {
  const before = { user_id, name: "ada@acme.test" };
  const operation_id = "op_1";

  test.each([
    [400, "E0000001", "locked_out", /end_user_sessions/],
    [403, "E0000038", "password_expired", /end_user_sessions/],
    [400, "E0000001", "deactivated", /get_user/],
  ])(
    "says which accounts it can be done to, and which this one was (%d %s, %s)",
    (status, code, was, next) => {
      const refused = suspendUser.conclude(answer(status, oktaError(code)), {
        input: { user_id },
        operation_id,
        before: { ...before, status: was },
      });
      expect(refused).toMatchObject({
        outcome: "no_effect",
        failure: {
          code: "upstream_rejected",
          message: expect.stringMatching(new RegExp(`only to active.*${was}.*not changed`)),
          detail: { next_step: expect.stringMatching(next), issues: [{ path: "user_id" }] },
        },
      });
    },
  );

  test("that ends sessions takes 204 for done and no 200, and says what a refusal left undone", () => {
    const concluded = (status: number, body: unknown) =>
      endUserSessions.conclude(answer(status, body), { input: { user_id }, operation_id, before: null });
    expect(concluded(204, "")).toEqual({
      outcome: "done",
      data: {
        user_id: `okta:${user_id}`,
        name: null,
        sessions_ended_time: new Date(ANSWERED_AT).toISOString(),
      },
    });
    expect(concluded(200, "").outcome).toBe("unknown");
    for (const [status, code] of [
      [400, "E0000001"],
      [403, "E0000006"],
      [404, "E0000007"],
    ] as const) {
      expect(concluded(status, oktaError(code))).toMatchObject({
        outcome: "no_effect",
        failure: { message: expect.stringMatching(/no session|No session was ended/) },
      });
    }
  });

  test("that ends sessions leaves no choice to Okta's defaults", () => {
    expect(endUserSessions.request({ user_id }, operation_id, {} as Env)).toEqual({
      operation: "revokeUserSessions",
      method: "DELETE",
      path: `/api/v1/users/${user_id}/sessions`,
      query: { forgetDevices: "true", oauthTokens: "false" },
    });
    expect(endUserSessions.description).toContain("forgetDevices");
  });
});

describe("an account whose status is no word that we know", () => {
  const inspect = (tool: typeof suspendUser, status: string | null) =>
    tool.inspect(
      { user_id },
      new RecordedRequests({ getUser: { id: user_id, status }, listAssignedRolesForUser: [] }),
      {} as Env,
      "op_1",
    );

  test("shows nothing of what became of a change: the word may be the wanted one", async () => {
    for (const tool of [suspendUser, unsuspendUser]) {
      for (const status of ["SUSPENDED_BY_POLICY", null]) {
        expect(await inspect(tool, status)).toMatchObject({
          in_effect: false,
          unsure: true,
          data: { status: "unknown" },
        });
      }
      expect(await inspect(tool, "STAGED")).not.toHaveProperty("unsure");
    }
  });
});

test("a 303 says that it was done, and where to look: that is a doubt", () => {
  expect(conclude(answer(303, "<html></html>"))).toMatchObject({ outcome: "unknown" });
});
