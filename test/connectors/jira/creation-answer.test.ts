import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeCreation } from "../../../src/connectors/jira/creation-answer.ts";
import type { UpstreamAnswer } from "../../../src/downstream/upstream.ts";
import { publicError } from "../../../src/path/failure.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const created = { id: "20000", key: "SEC-61", self: "https://acme.atlassian.net/rest/api/3/issue/20000" };
const refused = { errorMessages: [CANARY], errors: {} };
const conclude = (given: UpstreamAnswer) => concludeCreation(given, (ticket_id) => ticket_id);

test("an answer is proof that a ticket was created if it is a 201 with a key", () => {
  expect(conclude(answer(201, created))).toEqual({ outcome: "done", data: "SEC-61" });
});

describe("an answer is proof that nothing was created", () => {
  test.each([
    [400, "upstream_rejected"],
    [403, "credential_rejected"],
    [422, "upstream_rejected"],
    [429, "rate_limited"],
  ] as const)("if it is Jira's own %d", (status, code) => {
    expect(conclude(answer(status, refused))).toMatchObject({ outcome: "no_effect", failure: { code } });
  });

  test("if it is a 401, whatever stands in it", () => {
    for (const body of [refused, "<html></html>", ""]) {
      expect(conclude(answer(401, body))).toMatchObject({
        outcome: "no_effect",
        failure: { code: "credential_rejected" },
      });
    }
  });

  test("and a refusal of fields names those that we know, and no others", () => {
    const errors = { priority: CANARY, [CANARY]: "x" };
    const concluded = conclude(answer(400, { errorMessages: [], errors }));
    expect(concluded).toMatchObject({
      outcome: "no_effect",
      failure: { code: "upstream_rejected", message: "Jira created nothing: it refuses priority." },
    });
  });
});

describe("an answer proves nothing", () => {
  test.each([
    ["500", answer(500, refused)],
    ["503 without a body", answer(503, "")],
    ["504", answer(504, "<html>timeout</html>")],
    ["302", answer(302, "")],
    ["404", answer(404, refused)],
    ["409", answer(409, refused)],
    ["200", answer(200, created)],
    ["201 with a page", answer(201, "<html>created</html>")],
    ["201 cut short", answer(201, '{"id":"20000","ke')],
    ["201 without a key", answer(201, { id: "20000" })],
    ["201 with a key of another form", answer(201, { ...created, key: "61" })],
    ["201 with errors", answer(201, { ...created, ...refused })],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["403 of a proxy", answer(403, "<html>forbidden</html>")],
    ["429 of a proxy", answer(429, "slow down")],
    ["400 without an error", answer(400, { errorMessages: [], errors: {} })],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const documented = [201, 400, 401, 403, 422, 429];
    const status = fc.integer({ min: 200, max: 599 }).filter((value) => !documented.includes(value));
    const body = fc.oneof(fc.json(), fc.constantFrom(JSON.stringify(created), JSON.stringify(refused)));
    fc.assert(
      fc.property(status, body, (code, text) => {
        expect(conclude(answer(code, text)).outcome).toBe("unknown");
      }),
    );
  });
});

test("nothing that Jira wrote is in what is said about it", () => {
  for (const status of [201, 400, 401, 403, 404, 422, 429, 500]) {
    const concluded = conclude(answer(status, { ...refused, errors: { [CANARY]: CANARY } }));
    expect(concluded.outcome).not.toBe("done");
    if (concluded.outcome !== "done") {
      expect(JSON.stringify(publicError(concluded.failure))).not.toContain(CANARY);
    }
  }
});
