import { expect, test } from "vitest";
import type { Acknowledged, Answer } from "./agent.ts";
import type { AuditedEvent, Evidence } from "./evidence.ts";
import { violations } from "./invariants.ts";

const TARGET = "device/1";

/** What is said of an event, without its place. */
type Said = Pick<AuditedEvent, "type" | "decision"> & Partial<AuditedEvent>;

/** A chain of its own for what is said, whole to its end. */
function chain(name: string, said: readonly Said[]): AuditedEvent[] {
  return said.map((event, index) => ({
    ...event,
    chain: name,
    seq: index + 1,
    prev: index === 0 ? "0".repeat(64) : `${name}-${index}`,
    hash: `${name}-${index + 1}`,
    event_id: event.event_id ?? `${name}/${index + 1}`,
    at: event.at ?? `2026-11-22T10:00:00.${String(index).padStart(3, "0")}Z`,
  }));
}

/** One transition of `op`. */
function became(decision: string, detail: AuditedEvent["detail"] = {}): Said {
  return { type: "operation", decision, tool: "contain_device", target: TARGET, operation_id: "op", detail };
}

const CLAIMED = became("claimed");
const SENT = became("executing", { fence: 1 });
const SENT_AGAIN = became("executing", { fence: 2 });
const ANSWERED = became("succeeded", { fence: 1, evidence: "answered" });
const CALL: Said = { type: "call", decision: "allow", tool: "contain_device", event_id: "audit-1" };
const DONE: Answer = {
  status: "ok",
  audit_id: "audit-1",
  data: { containment: "pending" },
  operation: { id: "op", state: "succeeded", evidence: "answered" },
};

const effect = (request_id = "op", action = "contain") => ({
  vendor: "crowdstrike",
  action,
  target: TARGET,
  at: "2026-11-22T10:00:01.000Z",
  request_id,
});

const told = (answer: Partial<Answer> = {}, args: Acknowledged["args"] = {}): Acknowledged => ({
  agent: "responder-1",
  tool: "contain_device",
  args,
  answer: { ...DONE, ...answer },
});

/** A containment that went well, but for what is different about it. */
function evidence(different: Partial<Evidence> & { readonly path?: readonly Said[] } = {}): Evidence {
  const { path = [CLAIMED, SENT, ANSWERED], ...rest } = different;
  const events = rest.events ?? [...chain("effect", path), ...chain("session", [CALL])];
  const heads = new Map(events.map(({ chain, seq, hash }) => [chain, { seq, hash }]));
  return { events, heads, effects: [effect()], answers: [told()], open: [], ...rest };
}

test("a containment that went well breaks nothing", () => {
  expect(violations(evidence())).toEqual([]);
});

const LIMITED: Partial<Answer> = {
  status: "error",
  error: { kind: "transient", code: "rate_limited", message: "" },
};
const other = (answer: Partial<Answer>): Acknowledged => ({ ...told(answer), tool: "release_device" });
const COUNTED: Said = {
  type: "refused_calls",
  decision: "fail",
  detail: { first_event: "audit-1", more: 1 },
};

test("a refusal that the first of its kind was counted with is on record", () => {
  const answers = [told(LIMITED), other(LIMITED)];
  expect(violations(evidence({ answers, path: [CLAIMED, SENT, ANSWERED, COUNTED] }))).toEqual([]);
});

test.each<[string, Partial<Evidence> & { path?: readonly Said[] }, string]>([
  ["two effects of one operation", { effects: [effect(), effect()] }, "op had 2 effects"],
  ["an answered operation without effect", { effects: [] }, "op had 0 effects"],
  [
    "an effect of what failed safe",
    { path: [CLAIMED, SENT, became("failed_safe")], answers: [] },
    "failed_safe",
  ],
  ["an effect of what was never sent", { path: [CLAIMED, became("abandoned")], answers: [] }, "abandoned"],
  [
    "an effect of what was so before",
    { path: [CLAIMED, SENT, became("succeeded", { evidence: "already_so" })], answers: [] },
    "already_so",
  ],
  [
    "a second dispatch without proof",
    { path: [CLAIMED, SENT, became("unknown"), SENT_AGAIN, ANSWERED] },
    "op was sent again after unknown",
  ],
  [
    "a second dispatch with the first one's fence",
    { path: [CLAIMED, SENT, became("failed_safe"), SENT, ANSWERED] },
    "op was sent with fence 1",
  ],
  [
    "an effect of nobody's",
    { effects: [effect(), effect("other", "lift_containment")] },
    "no intent before it",
  ],
  [
    "an effect before its intent",
    { effects: [{ ...effect(), at: "2026-11-22T09:59:59.999Z" }] },
    "no intent before it",
  ],
  ["a containment of what is contained", { effects: [effect(), effect("other")] }, "other did contain again"],
  ["an answer that nobody recorded", { answers: [told({ audit_id: "audit-2" })] }, "isn't in the audit"],
  ["two answers of one event", { answers: [told(), told()] }, "isn't in the audit"],
  [
    "a refusal that nobody counted",
    { answers: [told(LIMITED), other(LIMITED)] },
    "release_device (rate_limited) isn't in",
  ],
  [
    "more refusals than were counted",
    {
      answers: [told(LIMITED), other(LIMITED), other(LIMITED)],
      path: [CLAIMED, SENT, ANSWERED, COUNTED],
    },
    "release_device (rate_limited) isn't in",
  ],
  [
    "an answer with the event of a refusal",
    { answers: [other({})], path: [CLAIMED, SENT, ANSWERED, COUNTED] },
    "release_device (ok) isn't in",
  ],
  [
    "an answer about an operation that nobody recorded",
    { answers: [told({ status: "error", operation: { id: "lost", state: "unknown" } })] },
    "lost isn't in the audit",
  ],
  [
    "an answer that says nothing but that we failed",
    { answers: [told({ error: { kind: "internal", code: "internal", message: "" } })] },
    "failed internally",
  ],
  [
    "a success that isn't how it ended",
    { path: [CLAIMED, SENT, became("unknown"), became("needs_operator")] },
    "and it ended needs_operator",
  ],
  ["two results of one operation", { answers: [told(), told({ data: {} })] }, "and somebody before"],
  [
    "one key for two operations",
    {
      answers: ["op", "other"].map((id) =>
        told({ operation: { id, state: "succeeded", evidence: "answered" } }, { idempotency_key: "k" }),
      ),
    },
    "k stands for op and other",
  ],
  [
    "an object that tells otherwise than the audit",
    {
      answers: [
        {
          ...told({ data: { state: "unknown", evidence: null } }, { operation_id: "op" }),
          tool: "get_operation",
        },
      ],
    },
    "op is unknown, and succeeded in the audit",
  ],
  [
    "a chain with a gap",
    { events: chain("effect", [CLAIMED, SENT, ANSWERED]).toSpliced(1, 1) },
    "broken at 3",
  ],
  [
    "a chain without its end",
    {
      heads: new Map([
        ["effect", { seq: 4, hash: "effect-4" }],
        ["session", { seq: 1, hash: "session-1" }],
      ]),
    },
    "effect ends at 3, and its object says 4",
  ],
  [
    "a chain that no object has",
    { heads: new Map([["session", { seq: 1, hash: "session-1" }]]) },
    "says nothing",
  ],
  ["what never comes to rest", { open: ["op: unknown"] }, "open_operations: op: unknown"],
])("%s is noticed", (_what, different, noticed) => {
  const said = violations(evidence(different)).map(({ promise, what }) => `${promise}: ${what}`);
  expect(said.join("\n")).toContain(noticed);
});
