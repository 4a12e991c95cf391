import { tracing } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { errorAnswer } from "../../src/path/answer.ts";
import { CallRecord } from "../../src/path/call-record.ts";
import { Failure } from "../../src/toolkit/failure.ts";

/** What the platform was told of one span. */
interface Told {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** Stands in for the platform, as it is for a request that it samples. Local runtimes sample none. */
function sampling(): Told[] {
  const spans: Told[] = [];
  vi.spyOn(tracing, "startSpan").mockImplementation((name) => {
    const told: Told = { name, attributes: {}, ended: false };
    spans.push(told);
    return {
      isTraced: true,
      setAttribute: (key: string, value: unknown) => Object.assign(told.attributes, { [key]: value }),
      end: () => Object.assign(told, { ended: true }),
    } as unknown as ReturnType<typeof tracing.startSpan>;
  });
  return spans;
}

afterEach(() => vi.restoreAllMocks());

test("each step of a call is a span, with how it ended, and never with what it was asked", () => {
  const spans = sampling();
  const call = { method: "tools/call", name: "search_devices", trace_id: TRACE } as const;
  const record = new CallRecord(call, Date.now());
  record.enter("identity");
  record.ended("ok");
  record.enter("schema");
  record.input({ query: "hunter2" });
  record.ended("ok");
  record.enter("downstream");
  record.fact(errorAnswer(new Failure("upstream_timeout", "It took too long.", { next_step: "Wait." })));
  expect(spans.map(({ name, attributes }) => [name, attributes["sallyport.result"]])).toEqual([
    ["sallyport.identity", "ok"],
    ["sallyport.schema", "ok"],
    ["sallyport.downstream", "upstream_timeout"],
  ]);
  expect(spans.every(({ ended }) => ended)).toBe(true);
  expect(spans[0]?.attributes).toMatchObject({
    "sallyport.name": "search_devices",
    "sallyport.trace_id": TRACE,
  });
  expect(JSON.stringify(spans)).not.toContain("hunter2");
});
