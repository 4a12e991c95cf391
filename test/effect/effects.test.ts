import { describe, expect, it } from "vitest";
import { Effects } from "../../src/effect/effects.ts";
import type { Requester } from "../../src/effect/machine/operation.ts";
import type { Ending, Ready, World } from "../../src/effect/ports.ts";
import type { Claim, Go } from "../../src/effect/protocol.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import { newOperationId } from "../../src/toolkit/operation-id.ts";
import { MemoryDisk } from "../model/memory.ts";
import { asked, modelTool, TARGET } from "../model/tools.ts";
import { REQUESTER } from "./operation-builder.ts";

const REVOKED = new Failure("session_revoked", "no", { next_step: "Sign in again." });
const OTHER: Requester = { ...REQUESTER, subject: "responder2@acme.test", session_id: "ses_2" };

/** The effects on one target, whose dispatches wait until the test says how they go. */
function target() {
  const now = () => 1_000_000;
  const world: World = {
    ...{ tenant: "acme", now, timer: () => () => undefined, tool: modelTool },
    landing: () => ({ ms: null, assumed: false }),
  };
  const ready = Promise.withResolvers<Ready>();
  const dispatcher = {
    prepare: () => ready.promise,
    send: () => new Promise<Ending>(() => undefined),
  };
  const readback = {
    read: async () => ({ reading: "failed" }) as const,
    holding: async () => ({ still_in_effect: "unknown", differences: [] }) as const,
    forget: () => undefined,
  };
  const effects = new Effects(new MemoryDisk(now), dispatcher, readback, world, () => undefined);
  return { effects, stop: (why: Failure) => ready.reject(why) };
}

/** What the gate let through, of a target that isn't as wanted. */
function goOf({ requester, input }: Claim): Go {
  return {
    ...{ requester, input, reason: "test", policy_version: "1", before: "null" },
    ...{ in_effect: false, as_of: 0 },
  };
}

function claimOf(requester: Requester): Claim {
  return {
    ...asked({ tool: 0, args: 0, finding: null }),
    operation_id: newOperationId("acme", TARGET),
    ...{ caller_key: null, reason: "test", supersedes: null, trace_id: null, requester },
  };
}

/** One person's call is on its way when another call asks for the same, and then may not be sent. */
async function joined(by: Requester) {
  const { effects, stop } = target();
  const first = claimOf(REQUESTER);
  await effects.claim(first);
  const running = effects.execute(first.operation_id, goOf(first));
  const joining = effects.claim(claimOf(by));
  stop(REVOKED);
  expect(await running).toMatchObject({ kind: "failed", error: { code: "session_revoked" } });
  return joining;
}

describe("a call that waits for another one of the same action, which isn't started", () => {
  it("isn't told why somebody else may not: it is an operation of its own", async () => {
    expect(await joined(OTHER)).toMatchObject({ kind: "new", operation: { requester: OTHER } });
  });

  it("is told why, if it is the same session's", async () => {
    expect(await joined({ ...REQUESTER })).toMatchObject({
      kind: "match",
      operation: { state: "abandoned", error: { code: "session_revoked" } },
    });
  });
});

describe("an operation that was never sent", () => {
  it("is sent, though the target bears a mark that looks like its own", async () => {
    const { effects, stop } = target();
    const claim = claimOf(REQUESTER);
    await effects.claim(claim);
    stop(REVOKED);
    const ended = await effects.execute(claim.operation_id, { ...goOf(claim), landed: true });
    expect(ended).toMatchObject({ kind: "failed", error: { code: "session_revoked" } });
  });
});
