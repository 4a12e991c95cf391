import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concludeAction } from "../../../../src/connectors/crowdstrike/devices/containment-answer.ts";
import { publicError } from "../../../../src/toolkit/failure.ts";
import type { UpstreamAnswer } from "../../../../src/toolkit/upstream/upstream.ts";
import { answer, CANARY, envelope } from "../answers.ts";

const ID = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const NAMED = [{ id: ID, path: `/devices/entities/devices/v1?ids=${ID}` }];

/** A conflict in the vendor's words. */
const already = (message: string) => ({ meta: {}, errors: [{ code: 409, message }], resources: [] });

const conclude = (given: UpstreamAnswer) => concludeAction(given, ID, "done");

describe("an answer to a containment is proof that it was taken on", () => {
  test("if it is a 202 that names the device and reports no error", () => {
    expect(conclude(answer(202, envelope([], NAMED)))).toEqual({ outcome: "done", data: "done" });
  });
});

describe("an answer to a containment is proof that nothing was done", () => {
  test.each([
    ["400", 400, [400], "misconfigured"],
    ["402", 402, [402], "misconfigured"],
    ["404", 404, [404], "upstream_rejected"],
    ["412", 412, [412], "misconfigured"],
    ["413", 413, [413], "misconfigured"],
    ["422", 422, [422], "misconfigured"],
    ["403", 403, [403], "credential_rejected"],
    ["409", 409, [409], "upstream_rejected"],
    ["429", 429, [429], "rate_limited"],
    ["202 with a 404 for the device", 202, [404], "upstream_rejected"],
    ["202 with a 409 for the device", 202, [409], "upstream_rejected"],
  ])("if it is the vendor's own %s", (_, status, codes, code) => {
    expect(conclude(answer(status, envelope(codes)))).toMatchObject({
      outcome: "no_effect",
      failure: { code },
    });
  });

  test("and says so in its own words", () => {
    for (const status of [400, 401, 403, 404, 429]) {
      expect(conclude(answer(status, envelope([status])))).toMatchObject({
        failure: { message: expect.stringContaining("The device's containment was not changed.") },
      });
    }
  });

  test("if it is a redirect, which isn't followed, whatever stands in it", () => {
    for (const body of [{ errors: null, resources: null }, "", "<html>moved</html>"]) {
      expect(conclude(answer(308, body, { "x-cs-region": "eu-1" }))).toMatchObject({
        outcome: "no_effect",
        failure: { code: "misconfigured", detail: { settings: ["CROWDSTRIKE_BASE_URL"] } },
      });
    }
  });

  test("if it is a 401, whatever stands in it", () => {
    for (const body of [envelope([401]), "<html></html>", ""]) {
      expect(conclude(answer(401, body))).toMatchObject({
        outcome: "no_effect",
        failure: { code: "credential_rejected" },
      });
    }
  });

  test("and a refusal for missing permission says which one", () => {
    const refused = conclude(answer(403, envelope([403])));
    expect(refused).toMatchObject({ failure: { message: expect.stringContaining("Hosts: WRITE") } });
  });
});

describe("an answer to a containment proves nothing", () => {
  test.each([
    ["500", answer(500, envelope([500]))],
    ["503 without a body", answer(503, "")],
    ["504", answer(504, "<html>timeout</html>")],
    ["404 of a proxy", answer(404, "<html>not found</html>")],
    ["409 that says that it is so already", answer(409, already("device is already contained"))],
    ["409 that says that it is on its way", answer(409, already("containment is pending"))],
    ["202 whose error says so", answer(202, already("host already in desired state"))],
    ["408", answer(408, envelope([408]))],
    ["200", answer(200, envelope([], NAMED))],
    ["202 with a page", answer(202, "<html>accepted</html>")],
    ["202 cut short", answer(202, '{"meta":{},"errors":[],"resour')],
    ["202 without resources or errors", answer(202, envelope([]))],
    ["202 of a renamed list", answer(202, { errors: [], items: NAMED })],
    ["202 that names another device", answer(202, envelope([], [{ id: OTHER, path: "" }]))],
    ["202 with an error of the vendor's own", answer(202, envelope([500]))],
    ["202 with both kinds of errors", answer(202, envelope([404, 500]))],
    ["202 that names the device and an error", answer(202, envelope([409], NAMED))],
    ["400 of a proxy", answer(400, "<html>bad request</html>")],
    ["403 of a proxy", answer(403, "<html>forbidden</html>")],
    ["429 of a proxy", answer(429, "slow down")],
    ["409 that names the device as affected", answer(409, envelope([409], NAMED))],
    ["403 without an error", answer(403, envelope([]))],
  ])("if it is a %s", (_, given) => {
    expect(conclude(given).outcome).toBe("unknown");
  });

  test("if its status is neither success nor a documented refusal, whatever its body", () => {
    const documented = [202, 400, 401, 402, 403, 404, 409, 412, 413, 422, 429];
    const status = fc
      .integer({ min: 200, max: 599 })
      .filter((value) => !documented.includes(value) && (value < 300 || value > 399));
    fc.assert(
      fc.property(
        status,
        fc.oneof(fc.json(), fc.constant(JSON.stringify(envelope([], NAMED)))),
        (code, body) => {
          expect(conclude(answer(code, body)).outcome).toBe("unknown");
        },
      ),
    );
  });
});

test("nothing that the vendor wrote is in what is said about it", () => {
  for (const status of [202, 400, 401, 403, 404, 409, 429, 500]) {
    const concluded = conclude(answer(status, envelope([status === 202 ? 409 : status])));
    expect(concluded.outcome).not.toBe("done");
    if (concluded.outcome !== "done") {
      expect(JSON.stringify(publicError(concluded.failure))).not.toContain(CANARY);
    }
  }
});

test("a 303 says that it was done, and where to look: that is a doubt", () => {
  expect(conclude(answer(303, ""))).toMatchObject({ outcome: "unknown" });
});
