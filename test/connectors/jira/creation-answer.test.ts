import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeCreation } from "../../../src/connectors/jira/creation-answer.ts";
import { publicError } from "../../../src/toolkit/failure.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const created = { id: "20000", key: "SEC-61", self: "https://acme.atlassian.net/rest/api/3/issue/20000" };
const refused = { errorMessages: [CANARY], errors: {} };
const conclude = (given: UpstreamAnswer) => concludeCreation(given, (ticket_id) => ticket_id);

test("an answer is proof that a ticket was created if it is a 201 with a key", () => {
  expect(conclude(answer(201, created))).toEqual({ outcome: "done", data: "SEC-61" });
});

describe("an answer is proof that nothing was created", () => {
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
  ] as const)("if it is Jira's own %d", (status, code) => {
    expect(conclude(answer(status, refused))).toMatchObject({
      outcome: "no_effect",
      failure: { code, message: expect.stringMatching(/ No ticket was made\.$/) },
    });
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
        failure: { code: "credential_rejected", message: expect.stringContaining("No ticket was made.") },
      });
    }
  });
});

describe("a refusal of fields says whose mistake it is", () => {
  const refusal = (errors: object) => {
    const concluded = conclude(answer(400, { errorMessages: [], errors }));
    if (concluded.outcome !== "no_effect") throw new Error("a refusal has no effect");
    return concluded.failure;
  };

  test.each([
    ["project", ["JIRA_PROJECT"]],
    ["issuetype", ["JIRA_ISSUE_TYPE"]],
    ["priority", ["JIRA_PRIORITIES"]],
    ["labels", ["JIRA_ISSUE_TYPE"]],
    ["reporter", ["JIRA_FIELDS"]],
    ["customfield_10045", ["JIRA_FIELDS"]],
  ])("%s is a setting's: %j", (field, settings) => {
    const failure = refusal({ [field]: `${CANARY} is required.` });
    expect(failure).toMatchObject({ code: "misconfigured", detail: { settings } });
    expect(failure.message).toContain(`It objects to ${field}. No ticket was made.`);
  });

  test.each([
    ["summary", "title"],
    ["description", "description"],
  ])("%s is the caller's, as the argument %s", (field, argument) => {
    expect(refusal({ [field]: CANARY })).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: argument }] },
    });
  });

  test.each([
    { description: "Field 'description' cannot be set. It is not on the appropriate screen, or unknown." },
    { description: "Operation value must be an Atlassian Document (see the Atlassian Document Format)" },
    { summary: "too long", customfield_10045: "required" },
  ])("what the caller can't mend is a setting's: %j", (errors) => {
    expect(refusal(errors)).toMatchObject({ code: "misconfigured" });
  });

  test("and names no field beyond the list", () => {
    const failure = refusal({ priority: CANARY, [CANARY]: "x", customfield_10045x: "x" });
    expect(failure).toMatchObject({ detail: { settings: ["JIRA_PRIORITIES", "JIRA_FIELDS"] } });
    expect(failure.message).toContain("It objects to priority.");
  });
});

describe("an answer proves nothing", () => {
  test.each([
    ["500", answer(500, refused)],
    ["503 without a body", answer(503, "")],
    ["504", answer(504, "<html>timeout</html>")],
    ["303: the answer is elsewhere", answer(303, "")],
    ["404 of a proxy", answer(404, "<html>not found</html>")],
    ["409 about something that exists", answer(409, { errorMessages: ["It already exists."], errors: {} })],
    ["409 about something on its way", answer(409, { errorMessages: [], errors: { issue: "is pending" } })],
    ["200", answer(200, created)],
    ["201 with a page", answer(201, "<html>created</html>")],
    ["201 cut short", answer(201, '{"id":"20000","ke')],
    ["201 without a key", answer(201, { id: "20000" })],
    ["201 with a key of another type", answer(201, { ...created, key: 61 })],
    ["201 with errors", answer(201, { ...created, ...refused })],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["403 of a proxy", answer(403, "<html>forbidden</html>")],
    ["429 of a proxy", answer(429, "slow down")],
    ["400 without an error", answer(400, { errorMessages: [], errors: {} })],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const documented = [201, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429];
    const status = fc
      .integer({ min: 200, max: 599 })
      .filter((value) => !documented.includes(value) && (value < 300 || value > 399));
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
