import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it } from "vitest";
import { ARGUMENTS_LIFE_MS } from "../../src/effect/retention.ts";
import type { Result } from "../../src/path/answer.ts";
import { effectNameOf } from "../../src/toolkit/operation-id.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

/** A key of its own. */
const YOUNG = { idempotency_key: "retention-2" };

type Told = Result & { operation: { id: string } };

let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});
afterEach(() => lab.clear());

/** Lets 90 days pass for the operation: what it did then is moved back, and its object's alarm rings. */
async function laterThanItsRetention(id: string): Promise<void> {
  const effect = env.EFFECT.getByName(effectNameOf(id) ?? "");
  await runInDurableObject(effect, (_object, { storage }) => {
    const { at, state_at } = storage.sql
      .exec<{ at: number; state_at: number }>(
        "SELECT due.at, state_at FROM due, operations WHERE task = 'retention' AND id = ?",
        id,
      )
      .one();
    expect(at).toBe(state_at + ARGUMENTS_LIFE_MS);
    storage.sql.exec(
      `UPDATE operations SET state_at = ?1, held_since = ?1, record = json_set(record, '$.state_at', ?1)
       WHERE id = ?2`,
      state_at - ARGUMENTS_LIFE_MS,
      id,
    );
    storage.sql.exec("UPDATE due SET at = ? WHERE task = 'retention'", state_at);
  });
  await runDurableObjectAlarm(effect);
}

it("an operation past its retention says so, to a repeat with its key and to get_operation", async () => {
  const agent = await agentOf(await signedIn("retention", "responder"));
  const asked = { device_id: devices[0], reason: "Test of retention", idempotency_key: "retention-1" };
  const first = (await call(agent, "contain_device", asked)) as Told;
  expect(first).toMatchObject({ status: "ok", operation: { state: "succeeded" } });
  const { id } = first.operation;
  const shown = (operation_id: string) => call(agent, "get_operation", { operation_id });
  // Another one: what was just read of a target is remembered for some seconds.
  const young = (await call(agent, "contain_device", { ...asked, ...YOUNG, device_id: devices[1] })) as Told;
  expect(await shown(young.operation.id)).toMatchObject({
    data: { arguments_and_data: "kept", result: expect.any(Object) },
  });

  await laterThanItsRetention(id);

  expect(await call(agent, "contain_device", asked)).toMatchObject({
    status: "ok",
    notice: expect.stringContaining("past their retention of 90 days"),
    data: {},
    operation: { id, state: "succeeded", evidence: "answered", replayed: true, still_in_effect: "unknown" },
  });
  expect(await shown(id)).toMatchObject({
    data: {
      ...{ operation_id: id, state: "succeeded", result: null },
      ...{ arguments_and_data: "past_retention", still_in_effect: "unknown" },
    },
  });
});
