import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Approver, Requester } from "../../src/effect/machine/operation.ts";
import type { Result } from "../../src/path/answer.ts";
import { effectNameOf } from "../../src/toolkit/operation-id.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { chainTexts } from "../support/worker/chain.ts";
import { change, watchIdentityProvider } from "../support/worker/identity-provider.ts";
import { lab } from "../support/worker/lab.ts";
import { connect } from "../support/worker/oauth.ts";
import { signedIn } from "../support/worker/people.ts";
import { age, personKeyOf, sessionOf } from "../support/worker/person.ts";
import { rateDevice } from "../support/worker/vendor.ts";

const why = { reason: "Test of approval" };
const HOUR_MS = 3_600_000;
/** Changed at will by these tests, and by no others. */
const USER = "nobody";
let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.clear();
});

/** An analyst's containment that waits for a person. */
interface Held {
  readonly analyst: Client;
  readonly requester: Requester;
  readonly device_id: string;
  readonly id: string;
}

async function held(name: string): Promise<Held> {
  const device_id = devices.pop() ?? "";
  const requester = await signedIn(name, "analyst");
  const analyst = await agentOf(requester);
  const result = (await call(analyst, "contain_device", { device_id, ...why })) as Result & {
    operation: { id: string };
  };
  expect(result.status).toBe("pending_approval");
  return { analyst, requester, device_id, id: result.operation.id };
}

const effectOf = (id: string) => env.EFFECT.getByName(effectNameOf(id) ?? "");

async function approver(name = "approver"): Promise<Approver> {
  const { subject, person, session_id } = await signedIn(name, "approver", "console");
  return { subject, person, session_id };
}

function decide(id: string, by: Approver, decision: "approve" | "deny" = "approve") {
  return effectOf(id).decide(id, { decision, by, reason: "Seen the evidence" });
}

/** An approval whose dispatch waits: the alarm that is set with it rings when the test says so, and no sooner. */
function approve(id: string, by: Approver) {
  return runInDurableObject(effectOf(id), async (object, { storage }) => {
    const answer = await object.decide(id, { decision: "approve", by, reason: "Seen the evidence" });
    await storage.setAlarm(Date.now() + HOUR_MS);
    return answer;
  });
}

const ON_THE_WAY: readonly string[] = ["approved", "executing", "failed_safe"];

/** Waits for the object's own alarm until an approved operation has come to its end. */
async function ending(id: string): Promise<string> {
  for (;;) {
    const now = (await effectOf(id).read(id))?.state ?? "gone";
    if (!ON_THE_WAY.includes(now)) return now;
    await scheduler.wait(20);
  }
}

describe("an approval", () => {
  it("by another person leads to one effect, and every retry gets its result", async () => {
    const { analyst, device_id, id } = await held("analyst-1");
    expect(await approve(id, await approver())).toMatchObject({ ok: true, operation: { state: "approved" } });
    expect(await lab.effects(device_id)).toHaveLength(0);
    await runDurableObjectAlarm(effectOf(id));
    expect(await ending(id)).toBe("succeeded");
    const retries = await Promise.all(
      [1, 2, 3].map(() => call(analyst, "contain_device", { device_id, ...why })),
    );
    for (const retry of retries) {
      expect(retry).toMatchObject({
        status: "ok",
        operation: {
          id,
          replayed: true,
          requested_by: "analyst-1@acme.test",
          approved_by: "approver@acme.test",
        },
      });
    }
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("of one's own request is refused, in whatever session it is given", async () => {
    const { requester, device_id, id } = await held("analyst-2");
    const own = { subject: requester.subject, person: requester.person, session_id: "ses_other" };
    expect(await decide(id, own)).toEqual({ ok: false, refusal: "own_request" });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("works once", async () => {
    const { id, device_id } = await held("analyst-3");
    const by = await approver();
    expect(await decide(id, by)).toMatchObject({ ok: true });
    expect(await decide(id, by)).toEqual({ ok: false, refusal: "no_such_edge" });
    await ending(id);
    expect(await decide(id, by)).toEqual({ ok: false, refusal: "no_such_edge" });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("after the request has expired is refused, even before the alarm has noticed", async () => {
    const { id } = await held("analyst-4");
    await runInDurableObject(effectOf(id), (_object, { storage }) => {
      storage.sql.exec("UPDATE operations SET record = json_set(record, '$.expires_at', 1)");
    });
    expect(await decide(id, await approver())).toEqual({ ok: false, refusal: "too_late" });
  });

  it("isn't dispatched if the requester was revoked in between", async () => {
    const { requester, device_id, id } = await held("analyst-5");
    await approve(id, await approver());
    await env.PERSON.getByName(requester.person).revoke("all", "admin@acme.test");
    await runDurableObjectAlarm(effectOf(id));
    expect(await ending(id)).toBe("expired");
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("isn't dispatched if the approver was revoked in between", async () => {
    const { device_id, id } = await held("analyst-6");
    const by = await approver("approver-2");
    await approve(id, by);
    await env.PERSON.getByName(by.person).revoke("all", "admin@acme.test");
    await runDurableObjectAlarm(effectOf(id));
    expect(await ending(id)).toBe("expired");
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("isn't dispatched by somebody who never held the role", async () => {
    const { device_id, id } = await held("analyst-7");
    const { subject, person, session_id } = await signedIn("viewer-7", "viewer", "console");
    await decide(id, { subject, person, session_id });
    expect(await ending(id)).toBe("expired");
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("waits out a passing failure before its dispatch, within five minutes", async () => {
    const { device_id, id } = await held("analyst-8");
    await lab.fault({ operation: "PerformActionV2", mode: "expire_tokens", times: 1 });
    await decide(id, await approver());
    expect(await ending(id)).toBe("succeeded");
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("holds for its own operation and no other: another device needs its own", async () => {
    const { analyst, id } = await held("analyst-9");
    await decide(id, await approver());
    await ending(id);
    const other = devices.pop() ?? "";
    expect(await call(analyst, "contain_device", { device_id: other, ...why })).toMatchObject({
      status: "pending_approval",
    });
    expect(await lab.effects(other)).toHaveLength(0);
  });
});

describe("a denial", () => {
  it("carries its reason to the agent, for ten minutes, and nothing happens", async () => {
    const { analyst, device_id, id } = await held("analyst-10");
    expect(await decide(id, await approver(), "deny")).toMatchObject({
      ok: true,
      operation: { state: "denied" },
    });
    expect(await call(analyst, "contain_device", { device_id, ...why })).toMatchObject({
      status: "error",
      error: {
        kind: "permission",
        code: "approval_denied",
        // What a person wrote is data, and in no sentence of ours.
        message: expect.not.stringContaining("Seen the evidence"),
      },
      operation: { decision_reason: "Seen the evidence" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});

describe("an operator's word", () => {
  it("settles what reading back couldn't, and nothing else", async () => {
    const { id } = await held("analyst-11");
    const settle = () =>
      effectOf(id).settle(id, {
        outcome: "happened",
        by: "approver@acme.test",
        reason: "Seen in the vendor's console",
      });
    expect(await settle()).toEqual({ ok: false, refusal: "no_such_edge" });
    await runInDurableObject(effectOf(id), (_object, { storage }) => {
      storage.sql.exec(
        "UPDATE operations SET state = 'needs_operator', record = json_set(record, '$.state', 'needs_operator')",
      );
    });
    expect(await settle()).toMatchObject({
      ok: true,
      operation: { state: "succeeded", evidence: "operator", data: null },
    });
  });
});

describe("a target that changes after the approval", () => {
  it("is decided on anew, the earlier decision stays on record, and the next one holds", async () => {
    const { device_id, id } = await held("analyst-changed");
    const by = await approver();
    await approve(id, by);
    rateDevice(device_id, "critical");
    await runDurableObjectAlarm(effectOf(id));
    expect(await effectOf(id).read(id)).toMatchObject({
      state: "awaiting_approval",
      approved_by: null,
      held_because: expect.stringContaining("criticality"),
      attributes: { criticality: "critical" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
    expect(await decisions(id)).toEqual(["awaiting_approval", "approved", "awaiting_approval"]);
    await decide(id, by);
    expect(await ending(id)).toBe("succeeded");
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("is for somebody else to decide, where only the one who asked had confirmed it", async () => {
    const before = env.GATE_POLICY;
    const when = { roles: ["responder"], criticality: ["low"] };
    const rules = [{ when, decision: "confirmation", because: "be sure" }];
    env.GATE_POLICY = JSON.stringify({ version: "confirm-low", rules });
    try {
      const device_id = devices.pop() ?? "";
      rateDevice(device_id, "low");
      const requester = await signedIn("responder-confirms", "responder");
      const agent = await agentOf(requester);
      const asked = (await call(agent, "contain_device", { device_id, ...why })) as Result & {
        operation: { id: string; state: string };
      };
      expect(asked.operation.state).toBe("awaiting_confirmation");
      const { id } = asked.operation;
      await approve(id, requester);
      vi.restoreAllMocks();
      rateDevice(device_id, "critical");
      await runDurableObjectAlarm(effectOf(id));
      expect((await effectOf(id).read(id))?.state).toBe("awaiting_approval");
      expect(await lab.effects(device_id)).toHaveLength(0);
    } finally {
      env.GATE_POLICY = before;
    }
  });

  it("isn't changed while it can't be looked at", async () => {
    const { device_id, id } = await held("analyst-unseen");
    await approve(id, await approver());
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "status", status: 503 });
    await runDurableObjectAlarm(effectOf(id));
    expect((await effectOf(id).read(id))?.state).toBe("approved");
    expect(await lab.effects(device_id)).toHaveLength(0);
    await lab.clear();
    expect(await ending(id)).toBe("succeeded");
  });

  /** The states that an operation has entered since somebody was asked, by its chain. */
  async function decisions(id: string): Promise<string[]> {
    const texts = await chainTexts(effectOf(id));
    const events = texts.map((text) => JSON.parse(text) as { operation_id?: string; decision: string });
    return events
      .filter(({ operation_id, decision }) => operation_id === id && decision !== "claimed")
      .map(({ decision }) => decision);
  }
});

describe("an approval of a change that can wait", () => {
  it("isn't dispatched while the identity provider can't confirm the approver, and then is", async () => {
    await change(USER, { groups: ["sallyport-approvers"] });
    const { client } = await connect(USER);
    const session_id = await sessionOf(USER, client.client_id);
    const by = { subject: `${USER}@acme.test`, person: personKeyOf(USER), session_id };
    const device_id = devices.pop() ?? "";
    const analyst = await agentOf(await signedIn("analyst-waits", "analyst"));
    const asked = await call(analyst, "release_device", { device_id, ...why });
    const { id } = (asked as Result & { operation: { id: string } }).operation;
    await approve(id, by);
    await age(by.person, 6 * 60_000);
    watchIdentityProvider(() => Promise.reject(new TypeError("Network connection lost.")));
    await runDurableObjectAlarm(effectOf(id));
    expect((await effectOf(id).read(id))?.state).toBe("approved");
    vi.restoreAllMocks();
    await age(by.person, 0);
    expect(await ending(id)).toBe("succeeded");
    await change(USER, { groups: [] });
  });
});
