import { describe, expect, test } from "vitest";
import { jira } from "../../../src/connectors/jira/errors.ts";
import { type Failure, publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { ANSWERED_AT, answer, CANARY } from "../crowdstrike/answers.ts";

const SEARCH = "searchAndReconsileIssuesUsingJql";
const collection = { errorMessages: [CANARY], errors: { summary: CANARY } };

function failureOf(given: UpstreamAnswer, operation = SEARCH): Failure | null {
  return jira.errorOf(given, jsonOf(given), { operation, credential: "jira.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "misconfigured", false],
    [401, "credential_rejected", false],
    [403, "credential_rejected", false],
    [402, "misconfigured", false],
    [404, "misconfigured", false],
    [408, "upstream_timeout", true],
    [422, "misconfigured", false],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "misconfigured", false],
  ] as const)("%d is %s", (status, code, retryable) => {
    for (const body of [collection, "<html></html>", ""]) {
      expect(failureOf(answer(status, body))).toMatchObject({ code, retryable });
    }
  });

  test("and nothing that Jira wrote is in what is said", () => {
    for (const status of [200, 400, 401, 403, 404, 429, 500]) {
      const failure = failureOf(answer(status, collection));
      expect(failure).not.toBeNull();
      if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
    }
  });

  test("a 403 names the permission that is missing", () => {
    expect(failureOf(answer(403, collection), "createIssue")?.message).toContain("Create issues");
  });
});

describe("a 2xx", () => {
  test("is a success without errors, and a failure with one", () => {
    expect(failureOf(answer(200, { issues: [] }))).toBeNull();
    expect(failureOf(answer(200, { issues: [], errorMessages: [], errors: {} }))).toBeNull();
    expect(failureOf(answer(200, { issues: [], errorMessages: ["x"] }))).toMatchObject({
      code: "upstream_unavailable",
    });
    expect(failureOf(answer(201, { key: "SEC-1", errors: { priority: "x" } }))).toMatchObject({
      code: "upstream_unavailable",
    });
  });
});

describe("a 404", () => {
  test("is an issue that isn't there only where one was asked for, and only in Jira's own words", () => {
    expect(failureOf(answer(404, collection), "getIssue")).toBeNull();
    expect(failureOf(answer(404, "<html></html>"), "getIssue")).toMatchObject({
      code: "misconfigured",
      detail: { settings: ["JIRA_BASE_URL"] },
    });
    expect(failureOf(answer(404, collection))).toMatchObject({ code: "misconfigured" });
  });
});

describe("a search that is refused", () => {
  const refusal = (message: string, about: readonly string[]) => {
    const given = answer(400, { errorMessages: [message], warningMessages: [] });
    return jira.errorOf(given, jsonOf(given), { operation: SEARCH, credential: "jira.read", about });
  };

  test.each([
    ["The value 'SEC' does not exist for the field 'project'.", ["query"]],
    ['Der Wert "SEC" existiert nicht für das Feld "project".', ["query"]],
    ["Unbounded JQL queries are not allowed here.", []],
  ])("for %j is about the project, whatever else is in it", (message, about) => {
    expect(refusal(message, about)).toMatchObject({
      code: "misconfigured",
      detail: { settings: ["JIRA_PROJECT"] },
    });
  });

  test("for anything else is about the argument that stands in it", () => {
    expect(refusal("The text query is not allowed.", ["query"])).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: "query" }] },
    });
  });
});

describe("how long to wait", () => {
  const at = (ms: number) => new Date(ANSWERED_AT + ms).toISOString();
  test.each([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "7", "x-ratelimit-reset": at(9000) }, 7000],
    [{ "x-ratelimit-reset": at(9000), "x-ratelimit-remaining": "0" }, 9000],
    [{ "x-ratelimit-reset": at(9000) }, 9000],
    [{ "x-ratelimit-reset": at(-9000) }, 0],
    [{ "x-ratelimit-reset": "soon" }, undefined],
    [{}, undefined],
  ])("is read from %j", (headers, retry_after_ms) => {
    const failure = failureOf(answer(429, collection, headers as Record<string, string>));
    expect(failure?.detail.retry_after_ms).toBe(retry_after_ms);
  });

  test("after a failure isn't taken from a limit that isn't reached", () => {
    const headers = { "x-ratelimit-reset": at(60_000), "x-ratelimit-remaining": "999" };
    expect(failureOf(answer(503, collection, headers))?.detail.retry_after_ms).toBeUndefined();
  });
});
