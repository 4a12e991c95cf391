import { afterEach, expect, test, vi } from "vitest";
import { alert, reasonOf } from "../../src/observe/log.ts";
import { failedCall, ownFault } from "../../src/path/failed-call.ts";
import { Failure } from "../../src/toolkit/failure.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** What is written to the log, line by line. */
function written(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  for (const level of ["error", "warn"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(JSON.parse(line));
    });
  }
  return lines;
}

afterEach(() => vi.restoreAllMocks());

const fact = {
  type: "call",
  decision: "fail",
  outcome: "error",
  tool: "search_devices",
  session_id: "s1",
  trace_id: TRACE,
  args: { query: "hunter2" },
  upstream: [{ source: "crowdstrike", operation: "x", attempts: 3, status: 503, latency_ms: 1 }],
} as const;

function error(kind: "transient" | "invalid_request" | "permission" | "configuration", code: string) {
  return { kind, code, message: "m", retryable: false, next_step: "n" } as Parameters<typeof failedCall>[1];
}

test("a call that failed through no fault of the caller's is a line that leads to it, without its arguments", () => {
  const lines = written();
  failedCall(fact, error("transient", "upstream_unavailable"), "a1");
  expect(lines).toEqual([
    expect.objectContaining({
      level: "warn",
      event: "call_failed",
      code: "upstream_unavailable",
      tool: "search_devices",
      sources: ["crowdstrike"],
      audit_id: "a1",
      session_id: "s1",
      operation_id: null,
      trace_id: TRACE,
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});

test("what a caller did wrong is in the audit, not in the log; a credential that was refused is in both", () => {
  const lines = written();
  failedCall(fact, error("invalid_request", "invalid_input"), "a1");
  failedCall(fact, error("permission", "role_forbids"), "a1");
  expect(lines).toEqual([]);
  failedCall(fact, error("configuration", "credential_rejected"), "a1");
  expect(lines).toHaveLength(1);
});

test("a fault of our own says where it happened", () => {
  const lines = written();
  const failure = new Failure("internal", "m", { next_step: "n", cause: new TypeError("no such thing") });
  ownFault({ method: "tools/call", name: "x", args: {}, trace_id: TRACE }, failure);
  expect(lines).toEqual([
    expect.objectContaining({
      event: "own_fault",
      trace_id: TRACE,
      reason: "TypeError: no such thing",
      at_code: expect.arrayContaining([expect.stringContaining("log.test")]),
    }),
  ]);
});

test("an alert has a name, a time and a level; and a reason quotes no more than a line", () => {
  const lines = written();
  alert("audit_gap", { chain: "c" });
  expect(lines[0]).toMatchObject({ level: "error", alert: "audit_gap", chain: "c", at: expect.any(String) });
  expect(reasonOf(new Error("x".repeat(1_000))).length).toBe(300);
  expect(reasonOf("thrown")).toBe("thrown");
});
