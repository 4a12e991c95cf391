import { describe, expect, test } from "vitest";
import { crowdstrike } from "../../../src/connectors/crowdstrike/errors.ts";
import { jsonOf } from "../../../src/downstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/downstream/upstream.ts";
import { type Failure, publicError } from "../../../src/path/failure.ts";
import { ANSWERED_AT, answer, CANARY, envelope } from "./answers.ts";

function failureOf(given: UpstreamAnswer, operation = "QueryDevicesByFilter"): Failure | null {
  return crowdstrike.errorOf(given, jsonOf(given), { operation, credential: "crowdstrike.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [400, "upstream_rejected", false],
    [401, "credential_rejected", false],
    [403, "credential_rejected", false],
    [404, "upstream_rejected", false],
    [408, "upstream_timeout", true],
    [409, "upstream_rejected", false],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [502, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "upstream_contract_changed", false],
  ] as const)("%d is %s", (status, code, retryable) => {
    expect(failureOf(answer(status, envelope([status])))).toMatchObject({ code, retryable });
    const page = answer(status, `<html>${CANARY}</html>`);
    expect(failureOf(page)).toMatchObject({ code, retryable });
  });

  test("a 403 names the credential and the permission that it lacks", () => {
    const { message } = failureOf(answer(403, envelope([403])), "PerformActionV2") ?? {};
    expect(message).toContain("crowdstrike.read");
    expect(message).toContain("Hosts: WRITE");
  });
});

describe("a success that reports errors is a failure", () => {
  test.each([
    [[500], "upstream_unavailable"],
    [[400, 503], "upstream_unavailable"],
    [[500, 429], "rate_limited"],
    [[500, 403], "credential_rejected"],
    [[400], "upstream_rejected"],
    [[404], "upstream_rejected"],
  ])("with codes %j it is %s", (codes, code) => {
    expect(failureOf(answer(200, envelope(codes)))).toMatchObject({ code });
  });

  test("with resources beside the errors it still is one", () => {
    const partial = answer(200, envelope([500], ["0123456789abcdef0123456789abcdef"]));
    expect(failureOf(partial)).toMatchObject({ code: "upstream_unavailable" });
  });

  test.each([[[]], [null], [undefined]])("with errors %j it is a success", (errors) => {
    expect(failureOf(answer(200, { meta: {}, errors, resources: [] }))).toBeNull();
  });
});

describe("asked by id", () => {
  test.each([200, 404])(
    "an answer %d whose only errors are 404 leaves it to the tool to say what is missing",
    (status) => {
      expect(failureOf(answer(status, envelope([404, 404])), "PostDeviceDetailsV2")).toBeNull();
    },
  );

  test("a 404 beside another error is a failure", () => {
    const both = answer(200, envelope([404, 500]));
    expect(failureOf(both, "PostDeviceDetailsV2")).toMatchObject({ code: "upstream_unavailable" });
  });

  test("a 404 that isn't the vendor's own is a failure", () => {
    const page = answer(404, "<html>no such route</html>");
    expect(failureOf(page, "PostDeviceDetailsV2")).toMatchObject({ code: "upstream_rejected" });
  });
});

describe("the rate limit", () => {
  test.each([
    ["seconds", String(ANSWERED_AT / 1000 + 3)],
    ["milliseconds", String(ANSWERED_AT + 3000)],
  ])("is read in %s since the epoch", (_, value) => {
    const limited = answer(429, envelope([429]), { "x-ratelimit-retryafter": value });
    expect(failureOf(limited)).toMatchObject({ code: "rate_limited", detail: { retry_after_ms: 3000 } });
  });

  test("of something in front of the vendor is read from Retry-After", () => {
    const limited = answer(429, "slow down", { "retry-after": "3" });
    expect(failureOf(limited)).toMatchObject({ detail: { retry_after_ms: 3000 } });
  });
});

test("nothing that the vendor wrote is in any failure's public form", () => {
  for (const status of [200, 302, 400, 401, 403, 404, 408, 409, 429, 500, 503, 504]) {
    const failure = failureOf(answer(status, envelope([status === 200 ? 500 : status])));
    expect(failure).not.toBeNull();
    if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
  }
});
