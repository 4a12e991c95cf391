import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludePage } from "../../../src/connectors/pagerduty/creation-answer.ts";
import { publicError } from "../../../src/toolkit/failure.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const incident = { id: "PT4KHLK", incident_key: "op_1", status: "triggered", urgency: "high" };
const refused = { error: { code: 2001, message: CANARY, errors: [CANARY] } };
const duplicate = {
  error: {
    code: 2001,
    message: "Arguments Caused Error",
    errors: ["Open incident with matching dedup key already exists on this service"],
  },
};
const conclude = (given: UpstreamAnswer) => concludePage(given, "op_1", ({ id }) => id);

test("an answer is proof that somebody was paged if it is a 201 with the incident under our key", () => {
  expect(conclude(answer(201, { incident }))).toEqual({ outcome: "done", data: "PT4KHLK" });
});

describe("an answer is proof that nobody was paged", () => {
  test.each([
    [400, "misconfigured"],
    [402, "misconfigured"],
    [403, "credential_rejected"],
    [404, "misconfigured"],
    [409, "misconfigured"],
    [412, "misconfigured"],
    [413, "misconfigured"],
    [422, "misconfigured"],
    [429, "rate_limited"],
  ] as const)("if it is PagerDuty's own %d", (status, code) => {
    for (const body of [refused, { error: [CANARY] }]) {
      expect(conclude(answer(status, body))).toMatchObject({
        outcome: "no_effect",
        failure: { code, message: expect.stringMatching(/ Nobody was paged\.$/) },
      });
    }
  });

  test.each([301, 302, 307, 308])("if it is a redirect, %d", (status) => {
    expect(conclude(answer(status, "<html></html>"))).toMatchObject({
      outcome: "no_effect",
      failure: { code: "misconfigured" },
    });
  });

  test("if it is a 401, whatever stands in it", () => {
    for (const body of [refused, "<html></html>", ""]) {
      expect(conclude(answer(401, body))).toMatchObject({
        outcome: "no_effect",
        failure: { code: "credential_rejected", message: expect.stringContaining("Nobody was paged.") },
      });
    }
  });
});

describe("an answer proves nothing", () => {
  test.each([
    ["400 for an open incident with our key: it is ours, and is read back", answer(400, duplicate)],
    ["500", answer(500, refused)],
    ["503 without a body", answer(503, "")],
    ["504", answer(504, "<html>timeout</html>")],
    ["303: the answer is elsewhere", answer(303, "")],
    ["404 of a proxy", answer(404, "<html>not found</html>")],
    ["404 without a code", answer(404, { status: 404, error: "Not Found" })],
    ["409 for an open incident with our key", answer(409, duplicate)],
    ["200", answer(200, { incident })],
    ["201 with a page", answer(201, "<html>created</html>")],
    ["201 cut short", answer(201, '{"incident":{"id":"PT4')],
    ["201 with an error", answer(201, { incident, ...refused })],
    ["201 under another key", answer(201, { incident: { ...incident, incident_key: "op_2" } })],
    ["201 without a key", answer(201, { incident: { ...incident, incident_key: undefined } })],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["429 of a proxy", answer(429, "slow down")],
    ["403 without an error", answer(403, {})],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const documented = [201, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429];
    const status = fc
      .integer({ min: 200, max: 599 })
      .filter((value) => !documented.includes(value) && (value < 300 || value > 399));
    const body = fc.oneof(fc.json(), fc.constantFrom(JSON.stringify({ incident }), JSON.stringify(refused)));
    fc.assert(
      fc.property(status, body, (code, text) => {
        expect(conclude(answer(code, text)).outcome).toBe("unknown");
      }),
    );
  });
});

test("nothing that PagerDuty wrote is in what is said about it", () => {
  for (const status of [201, 400, 401, 403, 404, 429, 500]) {
    const concluded = conclude(answer(status, refused));
    expect(concluded.outcome).not.toBe("done");
    if (concluded.outcome !== "done") {
      expect(JSON.stringify(publicError(concluded.failure))).not.toContain(CANARY);
    }
  }
});
