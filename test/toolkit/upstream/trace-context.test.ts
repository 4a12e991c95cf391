import { expect, test } from "vitest";
import { traceIdOf, traceparent } from "../../../src/toolkit/upstream/trace-context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

test("the trace id is taken from a valid W3C traceparent, and from nothing else", () => {
  expect(traceIdOf({ traceparent: `00-${TRACE}-b7ad6b7169203331-01` })).toBe(TRACE);
  const none = `00-${"0".repeat(32)}-b7ad6b7169203331-01`;
  for (const meta of [undefined, null, {}, { traceparent: 1 }, { traceparent: "x" }, { traceparent: none }]) {
    expect(traceIdOf(meta)).toBeNull();
  }
});

test("each request of ours is a span of its own in the caller's trace", () => {
  const sent = [traceparent(TRACE), traceparent(TRACE)];
  for (const header of sent) expect(traceIdOf({ traceparent: header })).toBe(TRACE);
  expect(new Set(sent).size).toBe(2);
});
