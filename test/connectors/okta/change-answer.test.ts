import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeChange } from "../../../src/connectors/okta/change-answer.ts";
import { endUserSessions } from "../../../src/connectors/okta/end-user-sessions.ts";
import { suspendUser } from "../../../src/connectors/okta/suspend-user.ts";
import type { UpstreamAnswer } from "../../../src/downstream/upstream.ts";
import { publicError } from "../../../src/path/failure.ts";
import type { Conclusion } from "../../../src/path/tool.ts";
import { ANSWERED_AT, answer, CANARY } from "../crowdstrike/answers.ts";
import { oktaError } from "./answers.ts";

const user_id = "00ub0oNGTSWTBKOLGLNR";
const asked = { operation: "suspendUser", credential: "okta.suspend" };
const ANSWERS = { success: 200, refusals: [400, 403, 404, 429] } as const;

const conclude = (given: UpstreamAnswer): Conclusion<string> => concludeChange(given, asked, ANSWERS, "done");

describe("an answer to a change is proof that it was taken on", () => {
  test.each(["", " \n", "{}"])("if it is the documented success, without content: %j", (body) => {
    expect(conclude(answer(200, body))).toEqual({ outcome: "done", data: "done" });
  });
});

describe("an answer to a change is proof that nothing was done", () => {
  test.each([
    [400, "E0000001", "upstream_rejected"],
    [403, "E0000006", "credential_rejected"],
    [404, "E0000007", "upstream_rejected"],
    [429, "E0000047", "rate_limited"],
  ])("if it is Okta's own %d", (status, errorCode, code) => {
    expect(conclude(answer(status, oktaError(errorCode)))).toMatchObject({
      outcome: "no_effect",
      failure: { code },
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
    ["302", answer(302, "")],
    ["204", answer(204, "")],
    ["409", answer(409, oktaError("E0000001"))],
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
    const documented = [200, 400, 401, 403, 404, 429];
    const status = fc.integer({ min: 200, max: 599 }).filter((value) => !documented.includes(value));
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
  const before = { user_id, name: "ada@acme.test", status: "locked_out" };
  const operation_id = "op_1";

  test("says which accounts it can be done to, and which this one was", () => {
    const refused = suspendUser.conclude(answer(400, oktaError("E0000001")), {
      input: { user_id },
      operation_id,
      before,
    });
    expect(refused).toMatchObject({
      outcome: "no_effect",
      failure: { code: "upstream_rejected", message: expect.stringMatching(/only to active.*locked_out/) },
    });
  });

  test("that ends sessions takes 204 for done, and no 200 or 400", () => {
    const concluded = (status: number, body: unknown) =>
      endUserSessions.conclude(answer(status, body), { input: { user_id }, operation_id, before: null });
    expect(concluded(204, "")).toEqual({
      outcome: "done",
      data: { user_id, name: null, sessions_ended_time: new Date(ANSWERED_AT).toISOString() },
    });
    expect(concluded(200, "").outcome).toBe("unknown");
    expect(concluded(400, oktaError("E0000001")).outcome).toBe("unknown");
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
