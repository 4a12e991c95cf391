import { describe, expect, it } from "vitest";
import { CLAIM_LIFE_MS } from "../../src/effect/machine/expiry.ts";
import { type Intent, Operations } from "../../src/effect/operations.ts";
import type { World } from "../../src/effect/ports.ts";
import type { Claim } from "../../src/effect/protocol.ts";
import { Failure, publicError } from "../../src/toolkit/failure.ts";
import { newOperationId } from "../../src/toolkit/operation-id.ts";
import { MemoryDisk } from "../model/memory.ts";
import { asked, modelTool, TARGET } from "../model/tools.ts";
import { REQUESTER } from "./operation-builder.ts";

const HOLD_MS = 60 * 60_000;

/** The operations of one target on a disk whose alarm never rings: `wait` is all that happens to them. */
function withoutAlarm() {
  let now = 1_000_000;
  const world: World = {
    tenant: "acme",
    now: () => now,
    timer: () => () => undefined,
    tool: modelTool,
    landing: () => ({ ms: null, assumed: false }),
  };
  const disk = new MemoryDisk(() => now);
  const operations = new Operations(disk, world);
  return {
    disk,
    operations,
    now: () => now,
    wait: (ms: number) => {
      now += ms;
    },
    claim: () => operations.claim(claim(), null),
  };
}

/** The first of the model's tools, with the first of its arguments, unless a test says otherwise. */
function claim(what: { readonly tool?: number; readonly args?: number } = {}): Claim {
  return {
    ...asked({ tool: 0, args: 0, finding: null, ...what }),
    operation_id: newOperationId("acme", TARGET),
    caller_key: null,
    reason: "test",
    supersedes: null,
    trace_id: null,
    requester: REQUESTER,
  };
}

function newId(answer: ReturnType<Operations["claim"]>): string {
  return answer.kind === "new" ? answer.operation.id : expect.fail(answer.kind);
}

const error = publicError(new Failure("rate_limited", "not now", { next_step: "later" }));
const intent: Intent = {
  ...{ requester: REQUESTER, policy_version: "1", input: {}, reason: "test", before: "null" },
  ...{ in_effect: false, as_of: 0, deadline_ms: 10_000 },
};

describe("where the alarm is late", () => {
  it("a claim that nobody started answers until its time is over, and no longer", () => {
    const { disk, wait, ...target } = withoutAlarm();
    const first = newId(target.claim());
    wait(CLAIM_LIFE_MS - 1);
    expect(target.claim()).toMatchObject({ kind: "match", operation: { id: first, state: "claimed" } });
    wait(1);
    const second = newId(target.claim());
    expect(disk.get(first)?.state).toBe("abandoned");
    expect(disk.get(second)?.state).toBe("claimed");
    expect(disk.turns.has(first)).toBe(false);
  });

  it.each(["confirmation", "approval"] as const)("a wait for a %s ends when it runs out", (who) => {
    const { disk, operations, now, wait, ...target } = withoutAlarm();
    const first = newId(target.claim());
    operations.apply(first, {
      type: "hold",
      for: who,
      policy_version: "1",
      because: "test",
      before: "null",
      attributes: {},
      expires_at: now() + HOLD_MS,
    });
    wait(HOLD_MS - 1);
    expect(target.claim()).toMatchObject({ kind: "match", operation: { id: first } });
    wait(1);
    newId(target.claim());
    expect(disk.get(first)?.state).toBe("expired");
  });
});

describe("a retry of what failed safe", () => {
  it("isn't sent once something else was claimed in its place", () => {
    const { operations, ...target } = withoutAlarm();
    const first = newId(target.claim());
    operations.intend(first, intent);
    operations.apply(first, { type: "fail_safe", fence: 1, error });
    const instead = newId(operations.claim(claim(), first));
    expect(() => operations.intend(first, intent)).toThrow(`overtaken by ${instead} (claimed): busy`);
  });

  it("isn't sent by an approval that somebody for whom policy says go made needless meanwhile", () => {
    const { operations, now, ...target } = withoutAlarm();
    const id = newId(target.claim());
    operations.apply(id, {
      ...{ type: "hold", for: "approval", policy_version: "1", because: "test", before: "null" },
      ...{ attributes: {}, expires_at: now() + HOLD_MS },
    });
    const by = { subject: "approver@acme.test", person: "person-2", session_id: "ses_2" };
    operations.apply(id, { type: "approve", by, reason: null });
    // The approval's own dispatch waits for its token. The other caller's goes, and the vendor refuses it.
    operations.intend(id, intent);
    operations.apply(id, { type: "fail_safe", fence: 1, error });
    expect(() => operations.intend(id, { ...intent, approved: true })).toThrow("too_late");
  });
});

describe("a creation that repeats another one on purpose", () => {
  it("isn't sent once a second one was that repeats the same, whatever its title", () => {
    const { operations } = withoutAlarm();
    const TICKET = 4;
    const made = (args: number, supersedes: string | null = null) => {
      const { input, ...rest } = claim({ tool: TICKET, args });
      return { id: newId(operations.claim({ ...rest, input, supersedes }, null)), input };
    };
    const send = ({ id, input }: ReturnType<typeof made>) => operations.intend(id, { ...intent, input });
    const first = made(0);
    send(first);
    operations.apply(first.id, { type: "succeed", fence: 1, evidence: "answered", data: "{}" });
    const low = made(0, first.id);
    const other = made(2, first.id);
    send(other);
    operations.apply(other.id, { type: "succeed", fence: 1, evidence: "answered", data: "{}" });
    expect(() => send(low)).toThrow(`overtaken by ${other.id} (succeeded): differs`);
  });
});
