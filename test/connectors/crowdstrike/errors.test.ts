import { describe, expect, test } from "vitest";
import { crowdstrike, errorCodes } from "../../../src/connectors/crowdstrike/errors.ts";
import { type Failure, publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import { ANSWERED_AT, answer, CANARY, envelope } from "./answers.ts";

function failureOf(given: UpstreamAnswer, operation = "QueryDevicesByFilter"): Failure | null {
  return crowdstrike.errorOf(given, jsonOf(given), { operation, credential: "crowdstrike.read" });
}

describe("a status is classified by one table", () => {
  test.each([
    [308, "misconfigured", false],
    [400, "misconfigured", false],
    [401, "credential_rejected", false],
    [403, "credential_rejected", false],
    [404, "misconfigured", false],
    [408, "upstream_timeout", true],
    [409, "misconfigured", false],
    [429, "rate_limited", true],
    [500, "upstream_unavailable", true],
    [502, "upstream_unavailable", true],
    [503, "upstream_unavailable", true],
    [504, "upstream_timeout", true],
    [302, "misconfigured", false],
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
    [[400], "misconfigured"],
    [[404], "misconfigured"],
  ])("with codes %j it is %s", (codes, code) => {
    expect(failureOf(answer(200, envelope(codes)))).toMatchObject({ code });
  });

  test("with resources beside the errors it still is one", () => {
    const partial = answer(200, envelope([500], ["0123456789abcdef0123456789abcdef"]));
    expect(failureOf(partial)).toMatchObject({ code: "upstream_unavailable" });
  });

  test.each([
    ["without a code", [{ message: "internal" }]],
    ["with a code in words", [{ code: "500", message: "internal" }]],
    ["as a text", "internal"],
    ["as an object", { code: 500 }],
  ])("and so is one whose errors stand there %s", (_, errors) => {
    const listed = { meta: { pagination: { total: 0 } }, errors, resources: [] };
    expect(failureOf(answer(200, listed))).toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "errors" },
    });
  });

  test("with an error whose message is no text it is one all the same", () => {
    const errors = [{ code: 403, message: { text: "no" } }];
    expect(failureOf(answer(403, { meta: { powered_by: 1 }, errors }))).toMatchObject({
      code: "credential_rejected",
    });
    expect(errorCodes({ meta: { powered_by: 1 }, errors })).toEqual([403]);
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
    expect(failureOf(page, "PostDeviceDetailsV2")).toMatchObject({ code: "misconfigured" });
  });

  test("a 404 of the gateway is a wrong address, and not something that doesn't exist", () => {
    const { meta, errors } = envelope([404]) as { meta: object; errors: unknown };
    const route = answer(404, {
      meta: { ...meta, powered_by: "crowdstrike-api-gateway" },
      errors,
      resources: [],
    });
    expect(failureOf(route, "PostDeviceDetailsV2")).toMatchObject({
      code: "misconfigured",
      detail: { settings: ["CROWDSTRIKE_BASE_URL"] },
    });
  });
});

describe("a 400 is laid at the door of", () => {
  const refused = (message: string, about: readonly string[]) => {
    const given = answer(400, { meta: {}, errors: [{ code: 400, message }], resources: [] });
    const asked = { operation: "QueryDevicesByFilter", credential: "crowdstrike.read", about };
    return crowdstrike.errorOf(given, jsonOf(given), asked);
  };

  test.each([
    ["invalid IP address for local_ip: 10.0.0.300", ["query"], "query"],
    ["invalid value for agent_id", ["device_id", "user"], "device_id"],
    ["invalid value for update_status", ["detection_id", "status"], "status"],
  ])("the argument that stands where it names: %s", (message, about, argument) => {
    expect(refused(message, about)).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: argument }] },
    });
  });

  test("this instance, if the caller gave no such argument, or it names nothing that we know", () => {
    expect(refused("invalid IP address for local_ip: x", [])).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("local_ip"),
    });
    expect(refused(`${CANARY} went wrong`, ["query"])).toMatchObject({ code: "misconfigured" });
    expect(refused(`${CANARY} went wrong`, ["query"])?.message).not.toContain(CANARY);
  });
});

describe("a redirect", () => {
  test("to the customer's cloud says which, and which setting is wrong", () => {
    const moved = answer(308, { meta: {}, errors: null, resources: null }, { "x-cs-region": "us-2" });
    expect(failureOf(moved)).toMatchObject({
      kind: "configuration",
      code: "misconfigured",
      message: expect.stringContaining("https://api.us-2.crowdstrike.com"),
      detail: { settings: ["CROWDSTRIKE_BASE_URL"] },
    });
  });

  test("to somewhere that isn't known names no address of the vendor's answer", () => {
    const moved = answer(308, "", { "x-cs-region": CANARY, location: `https://${CANARY}.test` });
    const failure = failureOf(moved);
    expect(failure).toMatchObject({ detail: { settings: ["CROWDSTRIKE_BASE_URL"] } });
    expect(JSON.stringify(failure && publicError(failure))).not.toContain(CANARY);
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

  test.each([
    ["a number of seconds", "3", 3000],
    ["a moment that has passed, which names no time", String(ANSWERED_AT / 1000 - 60), undefined],
    ["words, which name no time", "soon", undefined],
  ])("is read as %s", (_, value, retry_after_ms) => {
    const limited = answer(429, envelope([429]), { "x-ratelimit-retryafter": value });
    expect(failureOf(limited)?.detail.retry_after_ms).toBe(retry_after_ms);
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
