import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { breakerReport } from "../../src/downstream/circuit.ts";
import { OperationStore } from "../../src/effect/store.ts";
import type { Result } from "../../src/path/answer.ts";
import { effectName, effectNameOf } from "../../src/toolkit/operation-id.ts";
import { ALL_SCOPES } from "../../src/toolkit/scopes.ts";
import { resetLab } from "../downstream/lab-control.ts";
import { CREDENTIALS, TOOLS } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { chainTexts } from "../support/worker/chain.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { type Wish, wishes } from "./change-arguments.ts";
import { CHANGES, type ChangeColumn } from "./change-matrix.ts";
import { CHANGE_FAULT_NAMES, CHANGE_FAULTS, type ChangeFaultName, LASTING } from "./faults.ts";
import { effectsSeen } from "./lab-log.ts";
import { type Hurry, hurry } from "./time.ts";
import { VendorTraffic } from "./vendor-traffic.ts";

const RETRIES = 10;
const CELLS_OF_TWO_PEOPLE = 6;
const TERMINAL = new Set(["succeeded", "failed_safe", "needs_operator"]);
/** Further than any vendor's word on how late a request can land. */
const LEAP_MS = 65_000;

let traffic: VendorTraffic;
let time: Hurry;
let wishFor: (tool: string) => Wish;
let people = 0;
let cells = 0;
let two: readonly [Client, Client] | undefined;
/** How far the clocks are ahead, the instance's and the vendors'. They never go back. */
let ahead_ms = 0;
const events: string[] = [];

beforeAll(async () => {
  time = hurry();
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now.call(Date) + ahead_ms);
  traffic = VendorTraffic.overhear();
  wishFor = await wishes(await responder());
});
beforeEach(resetLab);
afterEach(async () => {
  time.impatient = false;
  await lab.clear();
});
afterAll(async () => {
  await lab.clock({ ahead_ms: 0 });
  vi.restoreAllMocks();
});

/** The same two for a while: the twenty-first change of one person would be held back. */
async function twoPeople(): Promise<readonly [Client, Client]> {
  if (cells % CELLS_OF_TWO_PEOPLE === 0) two = [await responder(), await responder()];
  cells += 1;
  return two ?? expect.fail("there is nobody");
}

async function responder(): Promise<Client> {
  people += 1;
  return agentOf(await signedIn(`responder-${people}`, "responder"), ALL_SCOPES);
}

/** A call that no earlier one kept from being sent. */
function ask(agent: Client, tool: string, args: Wish["args"]): Promise<Result> {
  for (const { name } of CREDENTIALS) breakerReport(name, true);
  return call(agent, tool, { ...args });
}

function operationIn(result: Result | undefined): { readonly id: string; readonly state: string } {
  if (result === undefined || !("operation" in result) || result.operation === undefined) {
    throw new Error(`there is no operation in ${JSON.stringify(result)}`);
  }
  return result.operation;
}

/** The target's object as if nothing had ever been asked of it. Its audit stays: that is nobody's to take back. */
async function forget({ target }: Wish): Promise<void> {
  if (target === null) return;
  const effect = env.EFFECT.getByName(effectName(env.TENANT, target));
  await runInDurableObject(effect, (_object, { storage }) => {
    if (OperationStore.exists(storage)) storage.sql.exec("DELETE FROM operations");
  });
}

async function leap(): Promise<void> {
  ahead_ms += LEAP_MS;
  await lab.clock({ ahead_ms });
}

/** Lets an operation be read back, by a clock that is far enough ahead for absence to be proof. */
async function settled(id: string): Promise<string> {
  const effect = env.EFFECT.getByName(effectNameOf(id) ?? "");
  for (let looks = 0; looks < 10; looks += 1) {
    const state = (await effect.read(id))?.state ?? "gone";
    if (TERMINAL.has(state)) return state;
    await leap();
    await runDurableObjectAlarm(effect);
  }
  throw new Error(`${id} doesn't settle`);
}

async function overhearAudit(id: string): Promise<void> {
  events.push(...(await chainTexts(env.EFFECT.getByName(effectNameOf(id) ?? ""))));
}

async function putThrough({ tool, vendor, operation, outcomes }: ChangeColumn, fault: ChangeFaultName) {
  const wish = wishFor(tool);
  await forget(wish);
  const [one, other] = await twoPeople();
  if (wish.first !== undefined) await ask(one, wish.first.tool, wish.first.args);
  const before = (await effectsSeen()).length;
  const effects = async (wait = 0) => (await effectsSeen(before + wait)).length - before;

  await lab.fault({ vendor, operation, ...CHANGE_FAULTS[fault] });
  time.impatient = LASTING.has(fault);
  const results: Result[] = [];
  for (let nth = 0; nth < RETRIES; nth += 1) {
    const result = await ask(nth % 2 === 0 ? one : other, tool, wish.args);
    results.push(result);
    const there = await effects();
    expect(there).toBeLessThanOrEqual(1);
    // Nobody is told that it is done before it is.
    if (result.status === "ok") expect(there).toBe(1);
  }
  time.impatient = false;
  await lab.clear();

  const { id, state } = operationIn(results[0]);
  const expected = outcomes[fault];
  expect(results[0]).toMatchObject(
    expected.state === "succeeded"
      ? { status: "ok" }
      : {
          status: "error",
          error: { code: expected.state === "unknown" ? "outcome_unknown" : expected.code },
        },
  );
  expect(state === "probing" ? "unknown" : state).toBe(expected.state);
  expect(new Set(results.map((result) => operationIn(result).id))).toEqual(new Set([id]));

  // What was only late must have landed before anybody may take it for absent.
  if (fault === "time-out") expect(await effects(1)).toBe(1);
  await settled(id);
  const last = await ask(other, tool, wish.args);
  expect(last).toMatchObject({ status: "ok", operation: { id, state: "succeeded" } });
  expect(await effects()).toBe(1);
  await leap();
  const again = await ask(one, tool, wish.args);
  expect(again).toMatchObject({ status: "ok", operation: { id, replayed: true } });
  expect("operation" in again && again.operation?.still_in_effect).not.toBe(false);
  expect(await effects()).toBe(1);

  await overhearAudit(id);
  expect(traffic.foundIn(JSON.stringify([...results, last, again]))).toEqual([]);
}

describe.each(CHANGES.map((column) => [column.tool, column] as const))(
  "%s takes effect once through ten retries of two people, whatever its vendor answers:",
  (_tool, column) => {
    it.each(CHANGE_FAULT_NAMES)("%s", (fault) => putThrough(column, fault));
  },
);

describe("the matrix", () => {
  it("has every state change", () => {
    const changing = TOOLS.filter(({ kind }) => kind === "change").map(({ name }) => name);
    expect(CHANGES.map(({ tool }) => tool).toSorted()).toEqual(changing);
  });
});

describe("what nobody is to see", () => {
  it("is in no log line, and in no audit event", async () => {
    const { results } = await env.DB.prepare("SELECT event FROM audit_events").all<{ event: string }>();
    const texts = [...traffic.logged, ...events, ...results.map(({ event }) => event)];
    expect(texts.length).toBeGreaterThan(CHANGES.length * CHANGE_FAULT_NAMES.length);
    expect(texts.flatMap((text) => traffic.foundIn(text))).toEqual([]);
  });
});
