import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeDetectionUpdate } from "../../../../src/connectors/crowdstrike/detections/update-answer.ts";
import { publicError } from "../../../../src/toolkit/failure.ts";
import type { UpstreamAnswer } from "../../../../src/toolkit/upstream/upstream.ts";
import { answer, CANARY, envelope } from "../answers.ts";

const conclude = (given: UpstreamAnswer) => concludeDetectionUpdate(given, "done");

/** Falcon's envelope of a change, with the number of alerts that it says it changed. */
function written(affected: unknown, codes: readonly number[] = []): unknown {
  const { meta, ...rest } = envelope(codes) as { meta: object };
  return { ...rest, meta: { ...meta, writes: { resources_affected: affected } } };
}

describe("an answer to an update is proof that it was done", () => {
  test("if it is a 200 that changed one alert and reports no error", () => {
    expect(conclude(answer(200, written(1)))).toEqual({ outcome: "done", data: "done" });
  });
});

describe("an answer to an update is proof that nothing was done", () => {
  test.each([
    ["400", answer(400, envelope([400])), "misconfigured"],
    ["404", answer(404, envelope([404])), "upstream_rejected"],
    ["409", answer(409, envelope([409])), "misconfigured"],
    ["422", answer(422, envelope([422])), "misconfigured"],
    ["308 to another cloud", answer(308, "", { "x-cs-region": "us-2" }), "misconfigured"],
    [
      "400 that names the status",
      answer(400, { meta: {}, errors: [{ code: 400, message: "invalid value for update_status" }] }),
      "upstream_rejected",
    ],
    ["403", answer(403, envelope([403])), "credential_rejected"],
    ["429", answer(429, envelope([429])), "rate_limited"],
    ["200 that changed nothing and has a 404", answer(200, written(0, [404])), "upstream_rejected"],
    ["401 of whoever", answer(401, "<html></html>"), "credential_rejected"],
  ])("if it is a %s", (_, given, code) => {
    const message = expect.stringContaining("The detection was not changed.");
    expect(conclude(given)).toMatchObject({ outcome: "no_effect", failure: { code, message } });
  });

  test("and a refusal for missing permission says which one", () => {
    expect(conclude(answer(403, envelope([403])))).toMatchObject({
      failure: { message: expect.stringContaining("Alerts: WRITE") },
    });
  });
});

describe("an answer to an update proves nothing", () => {
  test.each([
    ["500", answer(500, envelope([500]))],
    ["503 without a body", answer(503, "")],
    ["202", answer(202, written(1))],
    ["200 with a page", answer(200, "<html>OK</html>")],
    ["200 that doesn't say how many it changed", answer(200, envelope([]))],
    ["200 that changed none and reports no error", answer(200, written(0))],
    ["200 that changed two", answer(200, written(2))],
    ["200 that says how many in words", answer(200, written("one"))],
    // One action of the request may have been done and another refused.
    ["200 that changed one and has an error", answer(200, written(1, [400]))],
    ["200 with an error, and no word on how many", answer(200, envelope([404]))],
    ["200 with an error of the vendor's own", answer(200, written(0, [500]))],
    ["400 that changed one all the same", answer(400, written(1, [400]))],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["404 of a proxy", answer(404, "<html>not found</html>")],
    [
      "409 that says that it is so already",
      answer(409, { meta: {}, errors: [{ code: 409, message: "status is already closed" }] }),
    ],
    ["429 of a proxy", answer(429, "slow down")],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const documented = [200, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429];
    const status = fc
      .integer({ min: 200, max: 599 })
      .filter((value) => !documented.includes(value) && (value < 300 || value > 399));
    const body = fc.oneof(fc.json(), fc.constant(JSON.stringify(written(1))));
    fc.assert(
      fc.property(status, body, (code, text) => {
        expect(conclude(answer(code, text)).outcome).toBe("unknown");
      }),
    );
  });
});

test("nothing that the vendor wrote is in what is said about it", () => {
  for (const status of [200, 202, 400, 401, 403, 404, 429, 500]) {
    const concluded = conclude(answer(status, written(0, [status === 200 ? 404 : status])));
    if (concluded.outcome === "done") throw new Error("it wasn't");
    expect(JSON.stringify(publicError(concluded.failure))).not.toContain(CANARY);
  }
});

test("a 303 says that it was done, and where to look: that is a doubt", () => {
  expect(conclude(answer(303, ""))).toMatchObject({ outcome: "unknown" });
});
