import { describe, expect, test } from "vitest";
import { pagerduty, speaksOfDuplicate } from "../../../src/connectors/pagerduty/errors.ts";
import { jsonOf } from "../../../src/downstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/downstream/upstream.ts";
import { type Failure, publicError } from "../../../src/path/failure.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const body = { error: { code: 2001, message: CANARY, errors: [CANARY] } };

function failureOf(given: UpstreamAnswer, operation = "listIncidents"): Failure | null {
  return pagerduty.errorOf(given, jsonOf(given), { operation, credential: "pagerduty.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "upstream_rejected", false],
    [401, "credential_rejected", false],
    [402, "upstream_rejected", false],
    [403, "credential_rejected", false],
    [404, "upstream_rejected", false],
    [408, "upstream_timeout", true],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "upstream_contract_changed", false],
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

test("a refusal speaks of a duplicate in its message or its details, whatever its words around it", () => {
  const said = (message: string, ...errors: string[]) => ({ error: { code: 2001, message, errors } });
  expect(
    speaksOfDuplicate(
      said("Arguments", "Open incident with matching dedup key already exists on this service"),
    ),
  ).toBe(true);
  expect(speaksOfDuplicate(said("Incident already exists"))).toBe(true);
  expect(speaksOfDuplicate(said("Invalid", "incident_key has been taken"))).toBe(true);
  expect(speaksOfDuplicate(said("Requester User Not Found"))).toBe(false);
  expect(speaksOfDuplicate("already exists")).toBe(false);
});
