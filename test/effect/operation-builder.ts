import { claimedOperation, type Operation } from "../../src/effect/machine/operation.ts";
import type { Claim } from "../../src/effect/protocol.ts";
import { newOperationId } from "../../src/toolkit/operation-id.ts";

export const TARGET = { kind: "device", id: "a".repeat(32) };

/** Who asks, unless a test says otherwise. */
export const REQUESTER: Operation["requester"] = {
  subject: "responder@acme.test",
  display: "Rosa",
  person: "person-1",
  session_id: "ses_1",
  client_id: "client-1",
  roles: ["responder"],
};

/** An operation as a claim would make it at `now`, with anything about it changed. */
export function operation(changes: Partial<Operation> = {}, now = 1_000_000): Operation {
  const claim: Claim = {
    operation_id: newOperationId("acme", TARGET),
    tool: "contain_device",
    target: TARGET,
    key: "key-1",
    sets: { network: "isolated" },
    title: null,
    caller_key: null,
    input: { device_id: TARGET.id },
    reason: "test",
    finding_id: null,
    supersedes: null,
    trace_id: null,
    requester: REQUESTER,
  };
  return { ...claimedOperation(claim, claim.operation_id, now, 0), ...changes };
}
