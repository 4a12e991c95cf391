import { describe, expect, it } from "vitest";
import { APPROVAL_LIFE_MS, CLAIM_LIFE_MS } from "../../../src/effect/machine/expiry.ts";
import {
  advanceOperation,
  EDGES,
  hasEdge,
  type State,
  type Transition,
} from "../../../src/effect/machine/machine.ts";
import type { Operation } from "../../../src/effect/machine/operation.ts";
import { Failure, publicError } from "../../../src/toolkit/failure.ts";
import { operation, REQUESTER } from "../operation-builder.ts";

const NOW = 1_000_000;
const error = publicError(new Failure("upstream_unavailable", "x", { next_step: "y" }));
const APPROVER = { subject: "approver@acme.test", person: "person-2", session_id: "ses_2" };
const other = { ...REQUESTER, subject: "responder2@acme.test" };

const SEEN = { because: "b", expires_at: NOW + 10, before: "{}", attributes: {} };

const TRANSITIONS: readonly Transition[] = [
  { type: "hold", for: "approval", policy_version: "1", ...SEEN },
  { type: "hold", for: "confirmation", policy_version: "1", ...SEEN },
  { type: "ask_again", ...SEEN },
  { type: "ask_again", because: "b", expires_at: NOW + 10, beside: "op_other", aware_of: 2 },
  { type: "approve", by: APPROVER, reason: null },
  { type: "take_over", by: other, policy_version: "1", before: "{}", input: {}, reason: "r" },
  { type: "deny", by: "approver@acme.test", reason: "no" },
  { type: "expire", error: null },
  { type: "abandon", error: null },
  { type: "dispatch", deadline_at: NOW + 10, order: 1 },
  { type: "succeed", fence: 1, evidence: "answered", data: "{}" },
  { type: "succeed", fence: 1, evidence: "already_so", data: "{}" },
  { type: "succeed", fence: 1, evidence: "read_back", data: "{}" },
  { type: "fail_safe", fence: 1, error },
  { type: "lose", fence: 1, error },
  { type: "probe" },
  { type: "give_up", fence: 1 },
  { type: "settle", happened: true, by: "approver@acme.test", reason: "seen", data: "{}", error: null },
  { type: "settle", happened: false, by: "approver@acme.test", reason: "seen", data: null, error: null },
];

/** What only the person who asked can do. */
const OWN_WORD: Transition = { type: "approve", by: REQUESTER, reason: null };

/** The diagram, edge by edge, as people read it. */
const DIAGRAM: Record<State, readonly State[]> = {
  claimed: ["executing", "awaiting_confirmation", "awaiting_approval", "abandoned"],
  awaiting_confirmation: ["approved", "denied", "expired"],
  awaiting_approval: ["approved", "denied", "expired"],
  approved: ["executing", "expired", "awaiting_approval"],
  executing: ["succeeded", "failed_safe", "unknown"],
  failed_safe: ["executing"],
  unknown: ["probing"],
  probing: ["succeeded", "failed_safe", "needs_operator"],
  needs_operator: ["succeeded", "failed_safe"],
  succeeded: [],
  denied: [],
  expired: [],
  abandoned: [],
};

const STATES = Object.keys(DIAGRAM) as State[];

function inState(state: State): Operation {
  return operation(
    { state, state_at: NOW, fence: 1, expires_at: NOW + 10, approved_at: NOW, dispatched_at: NOW },
    NOW,
  );
}

function step(from: Operation, transition: Transition, now = NOW): Operation {
  const advanced = advanceOperation(from, transition, now);
  if (!advanced.ok) throw new Error(advanced.refusal);
  return advanced.operation;
}

function refusal(from: Operation, transition: Transition, now = NOW): string | null {
  const advanced = advanceOperation(from, transition, now);
  return advanced.ok ? null : advanced.refusal;
}

describe("the operation machine", () => {
  it("has every edge of the diagram and no other", () => {
    expect(EDGES).toEqual(DIAGRAM);
    for (const from of STATES) {
      const reached = new Set(
        [...TRANSITIONS, OWN_WORD].flatMap((transition) => {
          const advanced = advanceOperation(inState(from), transition, NOW);
          return advanced.ok ? [advanced.operation.state] : [];
        }),
      );
      expect([...reached].sort(), from).toEqual([...DIAGRAM[from]].sort());
    }
  });

  it("asks again twice, and each time for a decision that nobody has given", () => {
    const again: Transition = { type: "ask_again", ...SEEN };
    const asked = step({ ...inState("approved"), approver: APPROVER, decided_by: APPROVER.subject }, again);
    expect(asked).toMatchObject({ approver: null, decided_by: null, approved_at: null, held_because: "b" });
    const twice = step(step(asked, { type: "approve", by: APPROVER, reason: null }), again);
    const approved = step(twice, { type: "approve", by: APPROVER, reason: null });
    expect(refusal(approved, again)).toBe("too_late");
  });

  it("asks again each time that something alike was sent, and doesn't count that", () => {
    const beside: Transition = {
      type: "ask_again",
      because: "b",
      expires_at: NOW + 10,
      beside: "o",
      aware_of: 2,
    };
    let approved = inState("approved");
    for (let times = 0; times < 4; times += 1) {
      approved = step(step(approved, beside), { type: "approve", by: APPROVER, reason: null });
    }
    expect(refusal(approved, { type: "ask_again", ...SEEN })).toBeNull();
  });

  it("leaves nothing that is final", () => {
    for (const from of ["succeeded", "denied", "expired", "abandoned"] as const) {
      for (const to of STATES) expect(hasEdge(from, to)).toBe(false);
    }
  });

  it("raises the fence with each dispatch and with nothing else", () => {
    const first = step(operation({}, NOW), { type: "dispatch", deadline_at: NOW + 10, order: 1 });
    const failed = step(first, { type: "fail_safe", fence: 1, error });
    const second = step(failed, { type: "dispatch", deadline_at: NOW + 10, order: 2 });
    expect([first.fence, failed.fence, second.fence]).toEqual([1, 1, 2]);
  });

  it("doesn't let the answer to an earlier dispatch end a later one", () => {
    const second = operation({ state: "executing", fence: 2 }, NOW);
    expect(refusal(second, { type: "succeed", fence: 1, evidence: "answered", data: "{}" })).toBe(
      "stale_fence",
    );
    expect(refusal(second, { type: "fail_safe", fence: 1, error })).toBe("stale_fence");
    expect(refusal(second, { type: "lose", fence: 1, error })).toBe("stale_fence");
    expect(refusal(inState("probing"), { type: "give_up", fence: 2 })).toBe("stale_fence");
  });

  it("has what was approved asked for anew, with what it was shown beside, and without the decision", () => {
    const approved = { ...inState("approved"), approver: APPROVER, decided_by: APPROVER.subject };
    const because = "another one was sent";
    const again = { type: "ask_again", because, expires_at: NOW + 10, beside: "op_2", aware_of: 2 } as const;
    expect(step(approved, again)).toMatchObject({
      ...{ state: "awaiting_approval", held_because: because, beside: "op_2", aware_of: 2 },
      ...{ approver: null, approved_at: null, decided_by: null, expires_at: NOW + 10 },
    });
    expect(refusal(inState("claimed"), again)).toBe("no_such_edge");
  });

  it("keeps the first result's data byte for byte", () => {
    const data = '{"b":1,"a":"é"}';
    const done = step(inState("executing"), { type: "succeed", fence: 1, evidence: "answered", data });
    expect(done).toMatchObject({ data, evidence: "answered", executed_at: NOW });
  });

  it("lets only another person approve, and only before it expires", () => {
    const waiting = inState("awaiting_approval");
    const approve = (subject: string): Transition => ({
      type: "approve",
      by: { ...APPROVER, subject },
      reason: null,
    });
    expect(refusal(waiting, approve(REQUESTER.subject))).toBe("own_request");
    expect(refusal(waiting, approve("approver@acme.test"), NOW + 10)).toBe("too_late");
    expect(refusal(waiting, approve("approver@acme.test"), NOW + 9)).toBeNull();
  });

  it("forgets an approval as its ground when it is dispatched by policy alone", () => {
    const approved = operation({
      state: "failed_safe",
      fence: 1,
      approver: APPROVER,
      approved_at: NOW,
      decided_by: "a",
      decision_reason: "seen",
    });
    const dispatch: Transition = { type: "dispatch", deadline_at: NOW, order: 2 };
    const none = { approver: null, approved_at: null, decided_by: null, decision_reason: null };
    expect(step(approved, dispatch)).toMatchObject(none);
    expect(step(approved, { ...dispatch, approved: true })).toMatchObject({
      approver: APPROVER,
      approved_at: NOW,
    });
  });

  it("dispatches by an approval that it has, and only in time", () => {
    const dispatch: Transition = { type: "dispatch", deadline_at: NOW, order: 2, approved: true };
    const by_policy = operation({ state: "failed_safe", fence: 1 });
    expect(refusal(by_policy, dispatch)).toBe("too_late");
    const approved = { ...by_policy, approver: APPROVER, approved_at: NOW };
    expect(refusal(approved, dispatch, NOW + APPROVAL_LIFE_MS - 1)).toBeNull();
    expect(refusal(approved, dispatch, NOW + APPROVAL_LIFE_MS)).toBe("too_late");
  });

  it("lets people confirm what they asked for themselves", () => {
    const waiting = inState("awaiting_confirmation");
    expect(refusal(waiting, { type: "approve", by: REQUESTER, reason: null })).toBeNull();
    expect(refusal(waiting, { type: "approve", by: APPROVER, reason: null })).toBe("not_own_request");
  });

  it("makes the person who takes an operation over the one who asked", () => {
    const taken = step(inState("awaiting_approval"), {
      type: "take_over",
      by: other,
      policy_version: "2",
      before: "{}",
      input: { title: "theirs" },
      reason: "their own",
    });
    expect(taken).toMatchObject({
      state: "approved",
      requester: other,
      policy_version: "2",
      decided_by: null,
      input: { title: "theirs" },
      reason: "their own",
    });
    expect(
      refusal(
        inState("awaiting_approval"),
        { type: "take_over", by: other, policy_version: "2", before: "{}", input: {}, reason: "r" },
        NOW + 10,
      ),
    ).toBe("too_late");
  });

  it("doesn't start what was claimed or approved too long ago", () => {
    const dispatch: Transition = { type: "dispatch", deadline_at: NOW, order: 1 };
    expect(refusal(operation({}, NOW), dispatch, NOW + CLAIM_LIFE_MS)).toBe("too_late");
    expect(refusal(operation({}, NOW), dispatch, NOW + CLAIM_LIFE_MS - 1)).toBeNull();
    expect(refusal(inState("approved"), dispatch, NOW + APPROVAL_LIFE_MS)).toBe("too_late");
    expect(refusal(inState("approved"), dispatch, NOW + APPROVAL_LIFE_MS - 1)).toBeNull();
  });

  it("takes nothing but a read-back as proof while it is probing, and nothing but a person after that", () => {
    const answered: Transition = { type: "succeed", fence: 1, evidence: "answered", data: "{}" };
    expect(refusal(inState("probing"), answered)).toBe("no_such_edge");
    expect(refusal(inState("needs_operator"), { ...answered, evidence: "read_back" })).toBe("no_such_edge");
    expect(
      refusal(inState("probing"), {
        type: "settle",
        happened: true,
        by: "a",
        reason: "r",
        data: "{}",
        error: null,
      }),
    ).toBe("no_such_edge");
  });

  it("takes a read-back as proof only after an outcome in doubt, never straight from a dispatch", () => {
    expect(
      refusal(inState("executing"), { type: "succeed", fence: 1, evidence: "read_back", data: "{}" }),
    ).toBe("no_such_edge");
  });
});
