import { describe, expect, test } from "vitest";
import { okta } from "../../../src/connectors/okta/errors.ts";
import { nextAfter } from "../../../src/connectors/okta/next-page.ts";
import { orMissing, UserRecord } from "../../../src/connectors/okta/schemas.ts";
import { type Failure, publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { ANSWERED_AT, answer, CANARY } from "../crowdstrike/answers.ts";
import { oktaError } from "./answers.ts";

function failureOf(
  given: UpstreamAnswer,
  operation = "listUsers",
  about: readonly string[] = [],
): Failure | null {
  return okta.errorOf(given, jsonOf(given), { operation, credential: "okta.read", about });
}

describe("a status is classified by one table", () => {
  test.each([
    [302, "E0000009", "misconfigured", false],
    [400, "E0000001", "misconfigured", false],
    [401, "E0000011", "credential_rejected", false],
    [403, "E0000006", "credential_rejected", false],
    [404, "E0000007", "misconfigured", false],
    [405, "E0000022", "misconfigured", false],
    [408, "E0000009", "upstream_timeout", true],
    [429, "E0000047", "rate_limited", true],
    [500, "E0000009", "upstream_unavailable", true],
    [503, "E0000009", "upstream_unavailable", true],
    [504, "E0000009", "upstream_timeout", true],
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

describe("what Okta objects to", () => {
  const invalid = (field: string) =>
    answer(400, { ...oktaError("E0000001"), errorSummary: `Api validation failed: ${field}` });

  test.each([
    ["after", "cursor"],
    ["search", "query"],
    ["since", "since"],
    ["until", "until"],
  ])("at %s is the caller's argument %s, where the call gave it", (field, argument) => {
    expect(failureOf(invalid(field), "listLogEvents", [argument])).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: argument }] },
    });
    const unasked = failureOf(invalid(field), "listLogEvents", []);
    expect(unasked).toMatchObject({ code: "misconfigured", message: expect.stringContaining(argument) });
  });

  test("a search that it can't follow, is the query", () => {
    expect(failureOf(answer(400, oktaError("E0000031")), "listUsers", ["query"])).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: "query" }] },
    });
  });

  test.each(["limit", "suspendUser", "constructor"])("at %s is nothing that the caller can mend", (field) => {
    expect(failureOf(invalid(field), "listUsers", ["query", "cursor"])).toMatchObject({
      code: "misconfigured",
    });
  });

  test("an answer that isn't the org's API's names the address", () => {
    for (const given of [answer(302, ""), answer(404, "<html></html>"), answer(405, oktaError("E0000022"))]) {
      expect(failureOf(given, "getUser", ["user_id"])).toMatchObject({
        code: "misconfigured",
        detail: { settings: ["OKTA_BASE_URL"] },
      });
    }
  });

  test.each(["invalid_dpop_proof", "use_dpop_nonce"])(
    "a proof of possession (%s): what to switch off is said",
    (error) => {
      const challenge = {
        "www-authenticate": `DPoP algs="ES256", error="${error}", resource="/api/v1/users"`,
      };
      expect(failureOf(answer(401, oktaError("E0000011"), challenge))).toMatchObject({
        code: "misconfigured",
        message: expect.stringMatching(/Require Demonstrating Proof of Possession.*okta\.read/),
      });
    },
  );
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
      for (const body of ["<html>not found</html>", oktaError("E0000022")]) {
        expect(failureOf(answer(404, body), operation)).toMatchObject({ code: "misconfigured" });
      }
    }
    expect(failureOf(missing, "listUsers")).toMatchObject({ code: "misconfigured" });
    expect(orMissing(UserRecord).parse(jsonOf(missing))).toBeNull();
  });

  test("and never because the answer has changed: the path says where", () => {
    const { error } = orMissing(UserRecord).safeParse({
      id: "00ub0oNGTSWTBKOLGLNR",
      status: 4,
      profile: { login: {} },
    });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["status", "profile.login"]);
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
  const base = "https://acme.okta.com";
  const link = (...values: string[]) => new Headers({ link: values.join(", ") });
  const to = (relation: string, query: string, host = "acme.okta.com") =>
    `<https://${host}/api/v1/users?${query}>; rel="${relation}"`;
  const next = (headers: Headers, after: string | null = null, full = false) =>
    nextAfter(headers, "listUsers", base, after, full);

  test("is where the link says, and none where there is no link", () => {
    expect(next(new Headers())).toBeNull();
    expect(next(link(to("self", "limit=2")))).toBeNull();
    expect(next(link(to("self", "limit=2"), to("next", "after=200u%3D%3D&limit=2")))).toBe("200u==");
  });

  test("of a full page without any links can't be known: something has taken them away", () => {
    expect(() => next(new Headers(), null, true)).toThrow(
      expect.objectContaining({
        code: "upstream_contract_changed",
        detail: expect.objectContaining({ contract_path: "link" }),
      }),
    );
    expect(next(link(to("self", "limit=2")), null, true)).toBeNull();
  });

  test("may stand under a domain of the org's own, which then is that of this page, too", () => {
    const own = "login.acme.example";
    expect(next(link(to("self", "limit=2", own), to("next", "after=abc", own)))).toBe("abc");
  });

  test.each([
    ["on another host", [to("self", "limit=2"), to("next", "after=abc", "evil.example")]],
    ["on another host, without a link to this page", [to("next", "after=abc", "evil.example")]],
    ["without a place", [to("next", "limit=2")]],
    ["that is no address", ['<not a url?after=1>; rel="next"']],
    ["with an empty place", [to("next", "after=")]],
    ["with a place without end", [to("next", `after=${"x".repeat(1025)}`)]],
  ])("%s is a changed contract, not the end", (_, values) => {
    expect(() => next(link(...values))).toThrow(
      expect.objectContaining({ code: "upstream_contract_changed" }),
    );
  });

  test("that is this page again would never end", () => {
    expect(() => next(link(to("next", "after=abc")), "abc")).toThrow(
      expect.objectContaining({ code: "upstream_contract_changed" }),
    );
  });
});
