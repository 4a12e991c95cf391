import { describe, expect, it } from "vitest";
import { formlessness, saidBy } from "../../../proof/load/verdict.ts";
import type { Answer } from "../../../proof/load/wire.ts";

const RATE_LIMITED = {
  kind: "transient",
  code: "rate_limited",
  message: "Too many.",
  retryable: true,
  retry_after_ms: 10,
  next_step: "Wait.",
};

function answer(status: number, message: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  const parsed = typeof message === "string" ? null : (message as Answer["message"]);
  return { status, headers: new Headers(headers), text, message: parsed, took_ms: 1 };
}

const told = (structuredContent: unknown) => answer(200, { result: { structuredContent } });

describe("the load's judge of answers", () => {
  it("reads what a tool said, in a result and beside an error", () => {
    expect(saidBy(told({ status: "ok", data: {}, audit_id: "e1" }))).toEqual({
      status: "ok",
      code: null,
      audit_id: "e1",
    });
    const data = { status: "error", error: RATE_LIMITED, audit_id: null };
    expect(saidBy(answer(429, { error: { code: -32029, message: "", data } }))).toEqual({
      status: "error",
      code: "rate_limited",
      audit_id: null,
    });
  });

  it.each([
    ["a crash", answer(500, { error: { code: -32603, message: "Internal error" } })],
    ["a stack trace", answer(400, "Error: no\n    at handler (index.js:10:5)")],
    ["a page", answer(400, "<html>Bad request</html>", { "content-type": "text/html" })],
    ["an essay", answer(421, "x".repeat(500), { "content-type": "text/plain" })],
    ["a 401 without a challenge", answer(401, "no")],
    ["an error without its kind", told({ status: "error", error: { ...RATE_LIMITED, kind: "odd" } })],
    ["a code of another kind", told({ status: "error", error: { ...RATE_LIMITED, kind: "contract" } })],
    [
      "a final failure that says to retry",
      told({ status: "error", error: { ...RATE_LIMITED, kind: "internal", code: "internal" } }),
    ],
    [
      "an error without a next step",
      told({ status: "error", error: { ...RATE_LIMITED, next_step: undefined } }),
    ],
    ["an unknown status", told({ status: "fine", audit_id: "e1" })],
    ["nothing at all", answer(200, "")],
  ])("takes %s for no published form", (_, formless) => {
    expect(formlessness(formless)).not.toBeNull();
  });

  it.each([
    ["a result", told({ status: "ok", data: {}, audit_id: "e1" })],
    ["a list", answer(200, { result: { tools: [] } })],
    ["an accepted notification", answer(202, "")],
    [
      "a refusal of the front door",
      answer(421, "Not here.\n", { "content-type": "text/plain;charset=UTF-8" }),
    ],
    ["a challenge", answer(401, "{}", { "www-authenticate": "Bearer" })],
  ])("knows %s", (_, formed) => {
    expect(formlessness(formed)).toBeNull();
  });
});
