import { describe, expect, test } from "vitest";
import { TENABLE_OPERATIONS, tenable } from "../../../src/connectors/tenable/errors.ts";
import { concludeLaunch } from "../../../src/connectors/tenable/launch-answer.ts";
import { publicError } from "../../../src/toolkit/failure.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const PAGE = `<html><head><title>429 Too Many Requests</title></head>${CANARY}</html>`;
const shaped = (statusCode: number) => ({ statusCode, error: "Error", message: CANARY });

function failureOf(
  status: number,
  body: unknown,
  operation: string = TENABLE_OPERATIONS.listScans,
  headers = {},
  about: readonly string[] = [],
) {
  const given = answer(status, body, headers);
  return tenable.errorOf(given, jsonOf(given), { operation, credential: "tenable.read", about });
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
  ] as const)("%d is %s, whatever the body", (status, code, retryable) => {
    expect(failureOf(status, shaped(status))).toMatchObject({ code, retryable });
    expect(failureOf(status, PAGE)).toMatchObject({ code, retryable });
  });

  const refused = (keys: readonly string[], about: readonly string[]) =>
    failureOf(
      400,
      { ...shaped(400), validation: { source: "payload", keys } },
      TENABLE_OPERATIONS.requestExport,
      {},
      about,
    );

  test("a 400 is about the argument that stands in the field, if the call gave it", () => {
    expect(refused(["filters.cve_id.0"], ["cve_id"])).toMatchObject({
      code: "upstream_rejected",
      detail: { issues: [{ path: "cve_id" }] },
    });
    expect(refused(["cidr_range"], ["device"])).toMatchObject({ detail: { issues: [{ path: "device" }] } });
    expect(refused(["since"], [])).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("objects to since"),
    });
  });

  test("a 400 about a field of a name that we don't know repeats no name", () => {
    const failure = refused([CANARY], ["cve_id"]);
    expect(failure).toMatchObject({ code: "misconfigured" });
    expect(failure?.message).not.toContain(CANARY);
    expect(refused(["include_unlicensed"], [])?.message).toContain("include_unlicensed");
  });

  test("a 403 names the role that is needed", () => {
    expect(failureOf(403, "", TENABLE_OPERATIONS.launchScan)?.message).toContain("Scan Operator [24]");
    expect(failureOf(403, "", TENABLE_OPERATIONS.exportStatus)?.message).toContain("Basic [16]");
  });

  test("the page of a rate limit says in its header when to come back", () => {
    const limited = failureOf(429, PAGE, TENABLE_OPERATIONS.listScans, { "retry-after": "7" });
    expect(limited).toMatchObject({ code: "rate_limited", detail: { retry_after_ms: 7000 } });
  });

  test("nothing that the vendor wrote is in any failure's public form", () => {
    for (const status of [302, 400, 401, 403, 404, 409, 429, 500]) {
      const failure = failureOf(status, shaped(status));
      expect(failure).not.toBeNull();
      if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
    }
  });
});

describe("an export", () => {
  test("that is under way already is an answer, not a failure", () => {
    const active = { active_job_id: "1f3381e3-a551-4b9b-9c17-b019412cc35c", failure_reason: CANARY };
    expect(failureOf(409, active, TENABLE_OPERATIONS.requestExport)).toBeNull();
    expect(failureOf(409, active, TENABLE_OPERATIONS.launchScan)).toMatchObject({ code: "misconfigured" });
    expect(failureOf(409, { active_job_id: "x" }, TENABLE_OPERATIONS.requestExport)).toMatchObject({
      code: "misconfigured",
    });
  });

  test("that the vendor no longer has says that the cursor is too old, if it was one that named it", () => {
    for (const operation of [TENABLE_OPERATIONS.exportStatus, TENABLE_OPERATIONS.downloadChunk]) {
      expect(failureOf(404, "", operation, {}, ["cursor"])).toMatchObject({
        code: "invalid_input",
        detail: { issues: [{ path: "cursor" }] },
      });
      expect(failureOf(404, "", operation)).toMatchObject({ code: "upstream_unavailable" });
    }
  });
});

describe("the launch of a scan", () => {
  const conclude = (status: number, body: unknown) =>
    concludeLaunch(answer(status, body), (run_uid) => ({ run_uid }));

  test("is done when the answer names the run", () => {
    expect(conclude(200, { scan_uuid: "44346bcb" })).toEqual({
      outcome: "done",
      data: { run_uid: "44346bcb" },
    });
  });

  test.each([401, 403, 404, 429])("that is refused with %d had no effect", (status) => {
    expect(conclude(status, status === 429 ? PAGE : shaped(status))).toMatchObject({
      outcome: "no_effect",
      failure: { message: expect.stringContaining("No scan was launched.") },
    });
  });

  test.each([402, 409, 412, 413, 422])(
    "that is refused with %d had no effect, in the vendor's shape",
    (status) => {
      expect(conclude(status, { error: "No." })).toMatchObject({
        outcome: "no_effect",
        failure: { message: expect.stringContaining("No scan was launched.") },
      });
      expect(conclude(status, PAGE)).toMatchObject({ outcome: "unknown" });
      expect(conclude(status, {})).toMatchObject({ outcome: "unknown" });
    },
  );

  test.each([404, 409])("that is refused with %d is about the scan that the call named", (status) => {
    expect(conclude(status, { error: CANARY })).toMatchObject({
      failure: { code: "upstream_rejected", detail: { issues: [{ path: "scan_id" }] } },
    });
  });

  test("a 303 says that it was done, and where to look: that is a doubt", () => {
    expect(conclude(303, "")).toMatchObject({ outcome: "unknown" });
  });

  test("that was redirected had no effect, for nobody followed", () => {
    expect(conclude(302, "")).toMatchObject({ outcome: "no_effect" });
  });

  test.each([
    [200, {}],
    [200, "{"],
    [200, PAGE],
    [202, { scan_uuid: "44346bcb" }],
    [400, shaped(400)],
    [500, shaped(500)],
    [502, PAGE],
  ])("that is answered with %d %j is in doubt", (status, body) => {
    expect(conclude(status, body)).toMatchObject({ outcome: "unknown" });
  });
});
