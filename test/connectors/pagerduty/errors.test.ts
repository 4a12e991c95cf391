import { describe, expect, test } from "vitest";
import { errorIn } from "../../../src/connectors/pagerduty/error-body.ts";
import { pagerduty, speaksOfDuplicate } from "../../../src/connectors/pagerduty/errors.ts";
import { type Failure, publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const body = { error: { code: 2001, message: CANARY, errors: [CANARY] } };

function failureOf(given: UpstreamAnswer, operation = "listIncidents"): Failure | null {
  return pagerduty.errorOf(given, jsonOf(given), { operation, credential: "pagerduty.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "misconfigured", false],
    [401, "credential_rejected", false],
    [402, "misconfigured", false],
    [403, "credential_rejected", false],
    [404, "misconfigured", false],
    [408, "upstream_timeout", true],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "misconfigured", false],
  ] as const)("%d is %s", (status, code, retryable) => {
    for (const text of [body, "<html></html>", ""]) {
      expect(failureOf(answer(status, text))).toMatchObject({ code, retryable });
    }
  });

  test("and nothing that PagerDuty wrote is in what is said", () => {
    for (const status of [200, 400, 401, 403, 429, 500]) {
      const failure = failureOf(answer(status, body));
      expect(failure).not.toBeNull();
      if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
    }
  });

  test("a 403 names the permission that is missing", () => {
    expect(failureOf(answer(403, body), "createIncident")?.message).toContain("incidents.write");
  });

  test("a 2xx is a success without an error, and a failure with one", () => {
    expect(failureOf(answer(200, { incidents: [] }))).toBeNull();
    expect(failureOf(answer(200, { incidents: [], ...body }))).toMatchObject({
      code: "upstream_unavailable",
    });
  });
});

describe("how long to wait", () => {
  test.each([
    [{ "ratelimit-reset": "7", "ratelimit-remaining": "0" }, 7000],
    [{ "ratelimit-reset": "7" }, 7000],
    [{ "retry-after": "3", "ratelimit-reset": "7" }, 3000],
    [{ "ratelimit-reset": "soon" }, undefined],
    [{}, undefined],
  ])("is read from %j", (headers, retry_after_ms) => {
    const failure = failureOf(answer(429, body, headers as Record<string, string>));
    expect(failure?.detail.retry_after_ms).toBe(retry_after_ms);
  });

  test("after a failure isn't taken from a limit that isn't reached", () => {
    const headers = { "ratelimit-reset": "60", "ratelimit-remaining": "959" };
    expect(failureOf(answer(503, body, headers))?.detail.retry_after_ms).toBeUndefined();
  });
});

describe("a refusal to open an incident says whose mistake it is", () => {
  const refusal = (status: number, error: unknown) => failureOf(answer(status, { error }), "createIncident");

  test.each([
    ["From is nobody", 400, { code: 1008, message: CANARY, errors: [CANARY] }, ["PAGERDUTY_FROM"]],
    ["no From", 400, { code: 2016, message: CANARY, errors: [] }, ["PAGERDUTY_FROM"]],
    ["the code as text", 400, { code: "1008", message: CANARY }, ["PAGERDUTY_FROM"]],
    ["arguments", 400, { code: 2002, message: CANARY, errors: [CANARY] }, ["PAGERDUTY_SERVICE_ID"]],
    [
      "a service",
      400,
      { code: 2001, message: CANARY, errors: "Service is disabled" },
      ["PAGERDUTY_SERVICE_ID"],
    ],
    ["nothing found", 404, { code: 2100, message: CANARY }, ["PAGERDUTY_SERVICE_ID"]],
    ["the plan", 402, { code: 2012, message: CANARY }, []],
    ["a list", 400, [CANARY], ["PAGERDUTY_SERVICE_ID", "PAGERDUTY_FROM"]],
  ])("%s", (_, status, error, settings) => {
    const failure = refusal(status, error);
    expect(failure).toMatchObject({ code: "misconfigured", detail: { settings } });
    if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
  });

  test.each(["title", "urgency"])("the caller's where it is about the %s", (argument) => {
    const words = `${argument[0]?.toUpperCase()}${argument.slice(1)} cannot be used.`;
    expect(refusal(400, { code: 2001, message: CANARY, errors: [words] })).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: argument }] },
    });
  });

  test.each(["<html></html>", "", { status: 404, error: "Not Found" }, { error: {} }, { error: [] }])(
    "the address's where it isn't in PagerDuty's words: %j",
    (body) => {
      expect(failureOf(answer(404, body), "createIncident")).toMatchObject({
        code: "misconfigured",
        detail: { settings: ["PAGERDUTY_BASE_URL"] },
      });
    },
  );
});

test("a refusal speaks of a duplicate in its message or its details, whatever its words around it", () => {
  const said = (message: string, ...errors: string[]) => {
    const error = errorIn({ error: { code: 2001, message, errors } });
    return error !== null && speaksOfDuplicate(error);
  };
  expect(said("Arguments", "Open incident with matching dedup key already exists on this service")).toBe(
    true,
  );
  expect(said("Incident already exists")).toBe(true);
  expect(said("Invalid", "incident_key has been taken")).toBe(true);
  expect(said("Requester User Not Found")).toBe(false);
});
