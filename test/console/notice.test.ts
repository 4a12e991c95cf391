import { expect, test } from "vitest";
import type { AuditRecord } from "../../src/audit/record.ts";
import { noticeOf } from "../../src/console/notices/notice.ts";
import { EDGES } from "../../src/effect/machine.ts";

function record(type: string, decision: string, standing?: string): AuditRecord {
  return {
    chain: "effect/x/1",
    seq: 1,
    event_id: "e",
    at: "2026-11-22T10:00:00.000Z",
    tenant: "acme",
    type,
    subject: "s",
    session_id: null,
    client_id: null,
    tool: "contain_device",
    decision,
    outcome: "open",
    error_kind: null,
    error_code: null,
    target: "device/1",
    operation_id: "op_1",
    trace_id: null,
    prev: "",
    hash: "",
    event: JSON.stringify({ detail: { standing } }),
  };
}

test("a person hears of what waits for one, and of nothing else", () => {
  const told = Object.keys(EDGES).filter((state) => noticeOf(record("operation", state)) !== null);
  expect(told).toEqual(["awaiting_approval", "needs_operator"]);
  expect(noticeOf(record("call", "needs_operator"))).toBeNull();
});

test("a person hears of a change that was sent for somebody unconfirmed", () => {
  expect(noticeOf(record("operation", "executing", "unconfirmed"))).toMatchObject({ about: "unconfirmed" });
  expect(noticeOf(record("operation", "succeeded", "unconfirmed"))).toBeNull();
});
