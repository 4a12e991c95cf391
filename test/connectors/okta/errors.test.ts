import { describe, expect, test } from "vitest";
import { okta } from "../../../src/connectors/okta/errors.ts";
import { nextAfter } from "../../../src/connectors/okta/next-page.ts";
import { orMissing, UserRecord } from "../../../src/connectors/okta/schemas.ts";
import { jsonOf } from "../../../src/downstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/downstream/upstream.ts";
import { type Failure, publicError } from "../../../src/path/failure.ts";
import { ANSWERED_AT, answer, CANARY } from "../crowdstrike/answers.ts";
import { oktaError } from "./answers.ts";

function failureOf(given: UpstreamAnswer, operation = "listUsers"): Failure | null {
  return okta.errorOf(given, jsonOf(given), { operation, credential: "okta.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "E0000001", "upstream_rejected", false],
    [401, "E0000011", "credential_rejected", false],
    [403, "E0000006", "credential_rejected", false],
    [404, "E0000007", "upstream_rejected", false],
    [408, "E0000009", "upstream_timeout", true],
    [429, "E0000047", "rate_limited", true],
    [500, "E0000009", "upstream_unavailable", true],
    [503, "E0000009", "upstream_unavailable", true],
    [504, "E0000009", "upstream_timeout", true],
    [302, "E0000009", "upstream_contract_changed", false],
  ] as const)("%d with %s is %s", (status, errorCode, code, retryable) => {
    for (const body of [oktaError(errorCode), `<html>${CANARY}</html>`, ""]) {
      const failure = failureOf(answer(status, body));
      expect(failure).toMatchObject({ code, retryable });
      expect(JSON.stringify(failure && publicError(failure))).not.toContain(CANARY);
    }
  });

  test("a 403 names the credential and the scope that it lacks", () => {
    const { message } = failureOf(answer(403, oktaError("E0000006")), "listAssignedRolesForUser") ?? {};
    expect(message).toContain("okta.read");
    expect(message).toContain("okta.roles.read");
  });
});

describe("a success", () => {
  test("is one", () => {
    expect(failureOf(answer(200, []))).toBeNull();
    expect(failureOf(answer(200, [{ errorCode: "E0000009" }]))).toBeNull();
  });

  test.each([
    ["E0000009", "upstream_unavailable"],
    ["E0000047", "rate_limited"],
    ["E0000006", "credential_rejected"],
    ["E0009999", "upstream_contract_changed"],
  ])("that is the error %s is %s", (errorCode, code) => {
    expect(failureOf(answer(200, oktaError(errorCode)))).toMatchObject({ code });
  });
});

describe("somebody is missing", () => {
  const missing = answer(404, oktaError("E0000007"));

  test("only where Okta itself says so, of one whom we asked about", () => {
    for (const operation of ["getUser", "listFactors", "listAssignedRolesForUser"]) {
      expect(failureOf(missing, operation)).toBeNull();
      expect(failureOf(answer(404, "<html>not found</html>"), operation)).toMatchObject({
        code: "upstream_rejected",
      });
      expect(failureOf(answer(404, oktaError("E0000022")), operation)).toMatchObject({
        code: "upstream_rejected",
      });
    }
    expect(failureOf(missing, "listUsers")).toMatchObject({ code: "upstream_rejected" });
    expect(orMissing(UserRecord).parse(jsonOf(missing))).toBeNull();
  });

  test("and never because the answer has changed: the path says where", () => {
    const { error } = orMissing(UserRecord).safeParse({
      id: "00ub0oNGTSWTBKOLGLNR",
      status: "ACTIVE",
      profile: {},
    });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["created", "profile.login"]);
  });
});

describe("the time to wait", () => {
  const resetIn = (seconds: number, headers: Record<string, string> = {}) => ({
    "x-rate-limit-reset": String(ANSWERED_AT / 1000 + seconds),
    ...headers,
  });

  test("is the reset, in epoch seconds", () => {
    const limited = answer(429, oktaError("E0000047"), resetIn(12));
    expect(failureOf(limited)?.detail.retry_after_ms).toBe(12_000);
  });

  test("is told by Okta's clock, whatever ours says", () => {
    const date = new Date(ANSWERED_AT + 60_000).toUTCString();
    const limited = answer(429, oktaError("E0000047"), resetIn(70, { date }));
    expect(failureOf(limited)?.detail.retry_after_ms).toBe(10_000);
  });

  test("isn't the reset of a limit that wasn't reached", () => {
    const failed = answer(503, oktaError("E0000009"), resetIn(60));
    expect(failureOf(failed)?.detail.retry_after_ms).toBeUndefined();
    const asked = answer(503, oktaError("E0000009"), resetIn(60, { "retry-after": "3" }));
    expect(failureOf(asked)?.detail.retry_after_ms).toBe(3000);
  });
});

describe("the next page", () => {
  const link = (value: string) => new Headers({ link: value });
  const self = '<https://acme.okta.com/api/v1/users?limit=2>; rel="self"';

  test("is where the link says, and none where there is no link", () => {
    expect(nextAfter(new Headers(), "listUsers")).toBeNull();
    expect(nextAfter(link(self), "listUsers")).toBeNull();
    const next = '<https://acme.okta.com/api/v1/users?after=200u%3D%3D&limit=2>; rel="next"';
    expect(nextAfter(link(`${self}, ${next}`), "listUsers")).toBe("200u==");
  });

  test("of another host gives its cursor and nothing else", () => {
    expect(nextAfter(link('<https://evil.example/x?after=abc&token=t>; rel="next"'), "listUsers")).toBe(
      "abc",
    );
  });

  test.each([
    '<https://acme.okta.com/api/v1/users?limit=2>; rel="next"',
    '<not a url?after=1>; rel="next"',
    '<https://acme.okta.com/api/v1/users?after=>; rel="next"',
    `<https://acme.okta.com/api/v1/users?after=${"x".repeat(1025)}>; rel="next"`,
  ])("that can't be asked for is a changed contract, not the end: %s", (value) => {
    expect(() => nextAfter(link(value), "listUsers")).toThrow(
      expect.objectContaining({ code: "upstream_contract_changed" }),
    );
  });
});
