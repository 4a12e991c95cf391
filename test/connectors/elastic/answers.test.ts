import { describe, expect, test } from "vitest";
import { concludeCase } from "../../../src/connectors/elastic/case-answer.ts";
import { ELASTIC_OPERATIONS, elastic } from "../../../src/connectors/elastic/errors.ts";
import { concludeAlertUpdate } from "../../../src/connectors/elastic/update-answer.ts";
import { publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const PAGE = `<html>${CANARY}</html>`;
const platform = (statusCode: number) => ({ statusCode, error: "Error", message: CANARY });
const siem = (status_code: number) => ({ status_code, message: CANARY });

function failureOf(
  status: number,
  body: unknown,
  operation: string = ELASTIC_OPERATIONS.searchAlerts,
  headers = {},
) {
  const given = answer(status, body, headers);
  return elastic.errorOf(given, jsonOf(given), { operation, credential: "elastic.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "misconfigured", false],
    [401, "credential_rejected", false],
    [403, "credential_rejected", false],
    [404, "misconfigured", false],
    [408, "upstream_timeout", true],
    [409, "misconfigured", false],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "misconfigured", false],
  ] as const)("%d is %s in either shape, and in none", (status, code, retryable) => {
    for (const body of [platform(status), siem(status), PAGE, ""]) {
      const failure = failureOf(status, body);
      expect(failure).toMatchObject({ code, retryable });
      if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
    }
  });

  test.each([
    [404, platform(404), ["ELASTIC_BASE_URL", "ELASTIC_SPACE"]],
    [404, PAGE, ["ELASTIC_BASE_URL"]],
    [400, PAGE, ["ELASTIC_BASE_URL"]],
    [400, { ...siem(400), message: [CANARY] }, []],
  ])("%d %j is about the settings %j", (status, body, settings) => {
    expect(failureOf(status, body)).toMatchObject({ code: "misconfigured", detail: { settings } });
  });

  test("a 403 names the privilege that is needed, and a 429 when to come back", () => {
    expect(failureOf(403, platform(403), ELASTIC_OPERATIONS.createCase)?.message).toContain("Cases: All");
    expect(failureOf(429, platform(429), undefined, { "retry-after": "3" })).toMatchObject({
      detail: { retry_after_ms: 3000 },
    });
  });
});

describe("the change of an alert's status", () => {
  const counts = { took: 1, timed_out: false, total: 1, updated: 1, version_conflicts: 0, failures: [] };
  const conclude = (status: number, body: unknown) => concludeAlertUpdate(answer(status, body), "changed");

  test("is done when one alert was updated", () => {
    expect(conclude(200, counts)).toEqual({ outcome: "done", data: "changed" });
  });

  test.each([
    ["no alert of that id", { ...counts, total: 0, updated: 0 }, "upstream_rejected"],
    [
      "another change at the same moment",
      { ...counts, updated: 0, version_conflicts: 1 },
      "upstream_unavailable",
    ],
  ])("had no effect when there was %s", (_, body, code) => {
    expect(conclude(200, body)).toMatchObject({ outcome: "no_effect", failure: { code } });
  });

  test("of the shorter form is done, too", () => {
    expect(conclude(200, { updated: 1 })).toEqual({ outcome: "done", data: "changed" });
  });

  test.each([
    [400, platform(400)],
    [400, siem(400)],
    [400, { ...siem(400), message: [CANARY] }],
    [401, PAGE],
    [402, platform(402)],
    [403, platform(403)],
    [403, siem(403)],
    [404, platform(404)],
    [409, siem(409)],
    [409, platform(409)],
    [412, platform(412)],
    [413, platform(413)],
    [422, siem(422)],
    [429, platform(429)],
    [302, PAGE],
  ])("had no effect when it was refused with %d %j", (status, body) => {
    expect(conclude(status, body)).toMatchObject({
      outcome: "no_effect",
      failure: { message: expect.stringMatching(/ No alert was changed\.$/) },
    });
  });

  test("that met another change can be repeated", () => {
    expect(conclude(409, siem(409))).toMatchObject({ failure: { code: "upstream_unavailable" } });
  });

  test.each([
    [200, { ...counts, failures: [{ cause: CANARY }] }],
    [200, { ...counts, updated: 0, failures: [{ cause: CANARY }] }],
    [200, { ...counts, timed_out: true, updated: 0 }],
    [200, { ...counts, updated: 2 }],
    [200, { ...counts, updated: 1, version_conflicts: 1 }],
    [200, { ...counts, updated: "1" }],
    [200, { ...counts, updated: 0, failures: undefined }],
    [200, {}],
    [200, PAGE],
    [202, counts],
    [303, PAGE],
    [400, PAGE],
    [403, PAGE],
    [404, PAGE],
    [409, PAGE],
    [429, siem(429)],
    [429, PAGE],
    [500, siem(500)],
    [503, platform(503)],
  ])("is in doubt when it is answered with %d %j", (status, body) => {
    expect(conclude(status, body)).toMatchObject({ outcome: "unknown" });
  });
});

describe("the creation of a case", () => {
  const conclude = (status: number, body: unknown) =>
    concludeCase(answer(status, body), "op_1", (id) => ({ id }));

  test("is done when the case carries the operation's tag", () => {
    expect(conclude(200, { id: "66b9", tags: ["sallyport", "op_1"] })).toEqual({
      outcome: "done",
      data: { id: "66b9" },
    });
  });

  test.each([
    [400, platform(400), "misconfigured"],
    [401, PAGE, "credential_rejected"],
    [402, platform(402), "misconfigured"],
    [403, platform(403), "credential_rejected"],
    [404, platform(404), "misconfigured"],
    [409, platform(409), "misconfigured"],
    [412, platform(412), "misconfigured"],
    [413, platform(413), "misconfigured"],
    [422, platform(422), "misconfigured"],
    [429, platform(429), "rate_limited"],
    [302, PAGE, "misconfigured"],
  ])("had no effect when it was refused with %d", (status, body, code) => {
    expect(conclude(status, body)).toMatchObject({
      outcome: "no_effect",
      failure: { code, message: expect.stringMatching(/ No case was opened\.$/) },
    });
  });

  test.each([
    [200, { id: "66b9", tags: ["op_2"] }],
    [200, { id: "66b9", tags: "op_1" }],
    [200, { id: "66b9" }],
    [200, {}],
    [200, PAGE],
    [400, PAGE],
    [403, PAGE],
    [404, PAGE],
    [409, { ...platform(409), message: "It already exists." }],
    [429, PAGE],
    [500, platform(500)],
  ])("is in doubt when it is answered with %d %j", (status, body) => {
    expect(conclude(status, body)).toMatchObject({ outcome: "unknown" });
  });
});
