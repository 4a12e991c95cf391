import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { type ConsoleBrowser, consoleOf } from "../support/worker/console.ts";
import { effectOf } from "../support/worker/held.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { chainOf } from "../support/worker/person.ts";

let devices: string[] = [];
let approver: ConsoleBrowser;

beforeAll(async () => {
  devices = await lab.devices();
  approver = await consoleOf("approver");
});
afterEach(() => lab.clear());

/** A containment of which nobody knows whether it happened. */
async function stuck() {
  const device_id = devices.pop() ?? "";
  const agent = await agentOf(await signedIn("responder-1", "responder"));
  const contain = () => call(agent, "contain_device", { device_id, reason: "Lost on the way" });
  await lab.fault({ operation: "PerformActionV2", mode: "reset", times: 1 });
  const answer = await contain();
  const id = ("operation" in answer ? answer.operation?.id : undefined) ?? "";
  await giveUp(id);
  return { id, device_id, contain, path: `/console/operations/${id}` };
}

/** Moves the deadline so far back that reading back gives up: one absent read proves nothing, and time is over. */
async function giveUp(id: string): Promise<void> {
  while ((await effectOf(id).read(id))?.state !== "needs_operator") {
    await runInDurableObject(effectOf(id), (_instance, { storage: { sql } }) => {
      const { record } = sql.exec<{ record: string }>("SELECT record FROM operations WHERE id = ?", id).one();
      const aged = JSON.stringify({ ...JSON.parse(record), deadline_at: Date.now() - 3_600_000 });
      sql.exec("UPDATE operations SET record = ? WHERE id = ?", aged, id);
      sql.exec("UPDATE due SET at = ? WHERE task = 'operation' AND key = ?", Date.now() - 1, id);
    });
    await runDurableObjectAlarm(effectOf(id));
  }
}

const settle = (
  browser: ConsoleBrowser,
  path: string,
  outcome: string,
  reason = "Seen in the vendor's log",
) => browser.post(`${path}/settle`, { outcome, reason });

test("an operator's word that it happened settles it, for the agent and for the audit", async () => {
  const { id, path, contain, device_id } = await stuck();
  expect((await approver.open(path)).html).toContain("Did it happen?");
  const page = await settle(approver, path, "happened");
  expect(approver.trace.at(-2)).toMatchObject({ method: "POST", status: 303 });
  expect(page.html).toContain("the word of a person who settled it");
  // The agent is told what was settled, and that the vendor doesn't show it.
  expect(await contain()).toMatchObject({
    error: { code: "differs_from_done" },
    operation: { id, state: "succeeded", evidence: "operator" },
  });
  expect(await lab.effects(device_id)).toHaveLength(0);
  const last = (await chainOf("approver")).filter(({ type }) => type === "console").at(-1);
  expect(last).toMatchObject({
    decision: "allow",
    operation_id: id,
    detail: { page: "settle", outcome: "happened" },
  });
});

test("an operator's word that it didn't lets it be sent again, once", async () => {
  const { id, path, contain, device_id } = await stuck();
  await settle(approver, path, "did_not_happen");
  expect(await contain()).toMatchObject({ status: "ok", operation: { id, evidence: "answered" } });
  expect(await lab.effects(device_id)).toHaveLength(1);
});

test("it is settled once, with a reason, and with one of two words", async () => {
  const { id, path } = await stuck();
  expect((await settle(approver, path, "happened", "")).status).toBe(400);
  expect((await settle(approver, path, "perhaps")).status).toBe(400);
  expect((await effectOf(id).read(id))?.state).toBe("needs_operator");
  await settle(approver, path, "happened");
  const again = await settle(approver, path, "did_not_happen");
  expect(again.status).toBe(409);
  expect(headingOf(again.html)).toBe("This operation doesn't need an operator");
  expect((await effectOf(id).read(id))?.state).toBe("succeeded");
});

test("what isn't in doubt isn't anybody's to settle", async () => {
  const device_id = devices.pop() ?? "";
  const agent = await agentOf(await signedIn("responder-1", "responder"));
  const answer = await call(agent, "contain_device", { device_id, reason: "Plain" });
  const id = ("operation" in answer ? answer.operation?.id : undefined) ?? "";
  const page = await settle(approver, `/console/operations/${id}`, "did_not_happen");
  expect(page.status).toBe(409);
  expect((await effectOf(id).read(id))?.state).toBe("succeeded");
});

test("a responder, who may ask, may not settle", async () => {
  const { id, path } = await stuck();
  const answer = await settle(await consoleOf("responder"), path, "did_not_happen");
  expect(answer.status).toBe(403);
  expect((await effectOf(id).read(id))?.state).toBe("needs_operator");
});
