import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Readback } from "../../src/effect/proof/readback.ts";
import { OperationStore } from "../../src/effect/store.ts";
import { changeTool } from "../../src/toolkit/change.ts";
import { effectNameOf } from "../../src/toolkit/operation-id.ts";
import { changeAt } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

type ChangeResult = { operation: { id: string } };

const CONTAIN = { operation: "PerformActionV2" };
const why = { reason: "Test of containment" };
let device: () => string;

beforeAll(async () => {
  device = await freshDevices();
});
afterEach(() => lab.clear());

function effectOf(operation_id: string) {
  return env.EFFECT.getByName(effectNameOf(operation_id) ?? "");
}

/** Lets the object's alarm run until the operation is in one of `states`. */
async function until(operation_id: string, states: readonly string[]): Promise<string> {
  const effect = effectOf(operation_id);
  for (;;) {
    const state = (await effect.read(operation_id))?.state ?? "gone";
    if (states.includes(state)) return state;
    await runDurableObjectAlarm(effect);
  }
}

/** How many requests for a change the vendor was sent. */
async function dispatches(): Promise<number> {
  const response = await fetch(new URL("/requests", new URL(env.CROWDSTRIKE_BASE_URL).origin));
  const requests = (await response.json()) as { operation: string }[];
  return requests.filter(({ operation }) => operation === CONTAIN.operation).length;
}

describe("a containment", () => {
  it("takes effect once, and a repeat returns the first result byte for byte", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    const first = await call(responder, "contain_device", { device_id, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { device_id, containment: "pending" },
      operation: {
        state: "succeeded",
        replayed: false,
        evidence: "answered",
        requested_by: "responder@acme.test",
      },
    });
    const repeat = () => call(responder, "contain_device", { device_id, reason: "In other words" });
    await expect
      .poll(repeat)
      .toMatchObject({ status: "ok", operation: { replayed: true, still_in_effect: true } });
    const again = await repeat();
    expect(JSON.stringify("data" in again && again.data)).toBe(JSON.stringify("data" in first && first.data));
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("is the same operation for a second person", async () => {
    const device_id = device();
    const first = await call(await agentOf(await signedIn("responder", "responder")), "contain_device", {
      device_id,
      ...why,
    });
    const second = await call(await agentOf(await signedIn("responder2", "responder")), "contain_device", {
      device_id,
      ...why,
    });
    expect(second).toMatchObject({ operation: { replayed: true, requested_by: "responder@acme.test" } });
    expect("operation" in second && second.operation?.id).toBe("operation" in first && first.operation?.id);
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("asked for twenty times at once takes effect once", async () => {
    const device_id = device();
    const agents = await Promise.all(
      ["responder", "responder2"].map(async (name) => agentOf(await signedIn(name, "responder"))),
    );
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        call(agents[i % 2] as Client, "contain_device", { device_id, ...why }),
      ),
    );
    expect(
      results.filter((result) => "operation" in result && result.operation?.replayed === false),
    ).toHaveLength(1);
    expect(new Set(results.map((result) => result.status))).toEqual(new Set(["ok"]));
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("then a release, then a containment are three effects", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    for (const tool of ["contain_device", "release_device", "contain_device"]) {
      expect(await call(responder, tool, { device_id, ...why })).toMatchObject({
        operation: { replayed: false },
      });
    }
    expect((await lab.effects(device_id)).map(({ action }) => action)).toEqual([
      "contain",
      "lift_containment",
      "contain",
    ]);
  });

  it("carries its operation id to the vendor", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    const result = await call(responder, "contain_device", { device_id, ...why });
    expect((await lab.effects(device_id))[0]?.request_id).toBe("operation" in result && result.operation?.id);
  });

  it("says it was so before, and sends nothing, where it was", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    expect(await call(responder, "release_device", { device_id, ...why })).toMatchObject({
      status: "ok",
      operation: { evidence: "already_so", replayed: false },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});

describe("an outcome in doubt", () => {
  it("after the effect is called in doubt, and settled by reading back", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "drop_after_effect", times: 1 });
    const first = await call(responder, "contain_device", { device_id, ...why });
    expect(first).toMatchObject({
      status: "error",
      error: { kind: "in_doubt", code: "outcome_unknown", retryable: false },
    });
    const id = ("operation" in first && first.operation?.id) || "";
    expect(await until(id, ["succeeded"])).toBe("succeeded");
    const again = await call(responder, "contain_device", { device_id, ...why });
    expect(again).toMatchObject({ operation: { id, replayed: true, evidence: "read_back" } });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("after a 500 isn't sent again, by whoever asks", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const second = await agentOf(await signedIn("responder2", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "error_after_effect", times: 1 });
    const results = [];
    for (const agent of [responder, second, responder]) {
      results.push(await call(agent, "contain_device", { device_id, ...why }));
    }
    expect(results[0]).toMatchObject({ error: { kind: "in_doubt" } });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("keeps anything else off the target", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "reset", times: 1 });
    const first = await call(responder, "contain_device", { device_id, ...why });
    const id = "operation" in first ? first.operation?.id : undefined;
    expect(await call(responder, "release_device", { device_id, ...why })).toMatchObject({
      error: {
        kind: "transient",
        code: "operation_in_progress",
        message: expect.stringContaining(id ?? "?"),
      },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});

describe("a refusal by the vendor", () => {
  it("that proves no effect is retried as the same operation, with a higher fence", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "rate_limit", times: 1, delay_ms: 1000 });
    const first = await call(responder, "contain_device", { device_id, ...why });
    expect(first).toMatchObject({
      error: { kind: "transient", code: "rate_limited" },
      operation: { state: "failed_safe" },
    });
    const again = await call(responder, "contain_device", { device_id, ...why });
    expect(again).toMatchObject({ status: "ok", operation: { replayed: false, state: "succeeded" } });
    expect("operation" in again && again.operation?.id).toBe("operation" in first && first.operation?.id);
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("of our token gets one more try with a new one", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "expire_tokens" });
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      status: "ok",
      operation: { replayed: false },
    });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("of every token of ours ends after that one: nobody asks for tokens without end", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    await lab.fault({ ...CONTAIN, mode: "status", status: 401 });
    const before = await dispatches();
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      error: { code: "credential_rejected" },
      operation: { state: "failed_safe" },
    });
    expect(await dispatches()).toBe(before + 2);
  });
});

describe("reading back", () => {
  it("of a target that is gone shows nothing: it is never proof that nothing happened to it", async () => {
    const responder = await agentOf(await signedIn("responder", "responder"));
    const device_id = device();
    const done = await call(responder, "contain_device", { device_id, ...why });
    const { id } = (done as ChangeResult).operation;
    const gone = async () => ({ exists: false, in_effect: false, data: null }) as never;
    const reading = await runInDurableObject(effectOf(id), (_object, { storage }) => {
      const contain = changeAt("contain_device");
      const operation = new OperationStore(storage).get(id);
      if (operation === null) throw new Error("the operation isn't there");
      return new Readback(env).read(
        changeTool(contain, { crowdstrike: { ...contain.port, inspect: gone } }),
        operation,
      );
    });
    expect(reading).toEqual({ reading: "failed" });
  });
});

describe("what can't be audited", () => {
  /** Makes the object's outbox refuse events of one kind, as a full disk would. */
  async function refusing(operation_id: string, decision: string): Promise<void> {
    await runInDurableObject(effectOf(operation_id), (_object, { storage }) => {
      storage.sql.exec(`CREATE TRIGGER refuse BEFORE INSERT ON audit_outbox
        WHEN NEW.event LIKE '%"decision":"${decision}"%' BEGIN SELECT RAISE(ABORT, 'full'); END`);
    });
  }

  async function released(): Promise<{ responder: Client; device_id: string; id: string }> {
    const device_id = device();
    // Somebody new each time: the twenty-first change of one person would be held back.
    const responder = await agentOf(await signedIn(device_id, "responder"));
    await call(responder, "contain_device", { device_id, ...why });
    const { operation } = (await call(responder, "release_device", { device_id, ...why })) as ChangeResult;
    return { responder, device_id, id: operation.id };
  }

  it.each(["claimed", "executing"])("as %s isn't sent", async (decision) => {
    const { responder, device_id, id } = await released();
    await refusing(id, decision);
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      status: "error",
      error: { kind: "internal" },
    });
    expect(await lab.effects(device_id)).toHaveLength(2);
  });

  it("as done is called in doubt, because nobody could account for it", async () => {
    const { responder, device_id, id } = await released();
    await refusing(id, "succeeded");
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      status: "error",
      error: { kind: "in_doubt", code: "outcome_unknown" },
    });
    expect(await lab.effects(device_id)).toHaveLength(3);
  });
});
