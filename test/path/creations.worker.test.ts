import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Approver } from "../../src/effect/machine/operation.ts";
import type { Result } from "../../src/path/answer.ts";
import { MOST_WAITING } from "../../src/person/waiting.ts";
import { effectName, effectNameOf, newOperationId } from "../../src/toolkit/operation-id.ts";
import { effects, inject, resetLab } from "../downstream/lab-control.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { rested } from "../support/worker/credentials.ts";
import { lab } from "../support/worker/lab.ts";
import { operationOnce } from "../support/worker/operations.ts";
import { signedIn } from "../support/worker/people.ts";

type Told = Result & { operation: { id: string } };

const CREATE = { vendor: "pagerduty", operation: "createIncident" };
const why = { reason: "Test of creations" };
let titles = 0;
/** A title that no other test has used: the object's operations outlive a reset of the lab. */
const fresh = () => `Ransomware on BOS-LT-1, ${++titles}`;

async function agent(name: string, role: "responder" | "analyst" = "responder"): Promise<Client> {
  return agentOf(await signedIn(`creations-${name}`, role), ["pages:write", "tickets:write"]);
}

function page(who: Client, args: Record<string, unknown>): Promise<Told> {
  return call(who, "page_on_call", { urgency: "high", ...why, ...args }) as Promise<Told>;
}

async function approve(id: string): Promise<void> {
  const { subject, person, session_id } = await signedIn("creations-approver", "approver", "console");
  const by: Approver = { subject, person, session_id };
  const effect = env.EFFECT.getByName(effectNameOf(id) ?? "");
  expect(await effect.decide(id, { decision: "approve", by, reason: "Seen" })).toMatchObject({ ok: true });
}

beforeEach(async () => {
  await resetLab();
  await rested("pagerduty.read", "pagerduty.page");
});
afterEach(() => lab.clear());

describe("a page that is like one that was sent", () => {
  it("isn't answered by a page of lower urgency: it is told of what differs, and can be sent on purpose", async () => {
    const title = fresh();
    const low = await page(await agent("a"), { title, urgency: "low" });
    const other = await agent("b");
    const high = await page(other, { title, finding_id: "f-1" });
    expect(high).toMatchObject({
      status: "error",
      error: {
        kind: "invalid_request",
        code: "differs_from_done",
        differences: [{ field: "urgency", asked: "high", done: "low" }],
      },
      operation: { id: low.operation.id },
    });
    expect(await effects()).toHaveLength(1);
    expect(await page(other, { title, finding_id: "f-1", supersedes: low.operation.id })).toMatchObject({
      status: "ok",
      data: { urgency: "high" },
      operation: { replayed: false },
    });
    expect(await effects()).toHaveLength(2);
  });

  it("isn't answered by one about the same finding with another title", async () => {
    const finding_id = `finding of ${fresh()}`;
    const who = await agent("a");
    const first = await page(who, { title: fresh(), finding_id });
    const again = { title: fresh(), finding_id: `  ${finding_id} ` };
    expect(await page(who, again)).toMatchObject({
      error: { code: "differs_from_done", differences: [{ field: "title" }] },
      operation: { id: first.operation.id },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("isn't sent again while that is in doubt, under whatever key, and with a finding or without", async () => {
    const title = fresh();
    const who = await agent("doubt");
    await inject({ ...CREATE, mode: "drop_after_effect", times: 1 });
    const first = await page(who, { title });
    for (const more of [
      { idempotency_key: `of ${title}` },
      { finding_id: `of ${title}` },
      { urgency: "low" },
    ]) {
      expect(await page(who, { title, ...more })).toMatchObject({
        error: { code: "outcome_unknown" },
        operation: { id: first.operation.id },
      });
    }
    expect(await effects()).toHaveLength(1);
  });

  it("waits for nobody else's page that is in doubt", async () => {
    const who = await agent("apart");
    await inject({ ...CREATE, mode: "drop_after_effect", times: 1 });
    await page(who, { title: fresh() });
    expect(await page(who, { title: fresh() })).toMatchObject({ status: "ok" });
  });
});

describe("a high page that waits for approval", () => {
  it("isn't what a low page gets, and isn't ended by one: its approver is shown that, and both are sent", async () => {
    const title = fresh();
    const high = await page(await agent("asks", "analyst"), { title });
    expect(high).toMatchObject({ status: "pending_approval" });
    const low = await page(await agent("sends"), { title, urgency: "low" });
    expect(low).toMatchObject({ status: "ok", operation: { replayed: false } });
    await approve(high.operation.id);
    const effect = env.EFFECT.getByName(effectNameOf(high.operation.id) ?? "");
    await expect
      .poll(() => effect.read(high.operation.id))
      .toMatchObject({ state: "awaiting_approval", beside: low.operation.id, approved_by: null });
    await approve(high.operation.id);
    await operationOnce(high.operation.id, ({ state }) => state === "succeeded");
    expect(await effects()).toHaveLength(2);
  });
});

describe("a key", () => {
  it("of another client of the same person stands for nothing here: a second title is a second page", async () => {
    const who = (client: string) => signedIn("creations-keys", "responder", client);
    const scopes = ["pages:write"];
    const [one, two] = [await agentOf(await who("one"), scopes), await agentOf(await who("two"), scopes)];
    const key = { idempotency_key: "page-0001" };
    const first = await page(one, { title: fresh(), ...key });
    const second = await page(two, { title: fresh(), ...key });
    expect(second).toMatchObject({ status: "ok", operation: { replayed: false } });
    expect(second.operation.id).not.toBe(first.operation.id);
    expect(await effects()).toHaveLength(2);
  });

  it("stands for one title: another is refused, and sends nothing", async () => {
    const who = await agent("one-key");
    const key = { idempotency_key: "page-0002" };
    await page(who, { title: fresh(), ...key });
    expect(await page(who, { title: fresh(), ...key })).toMatchObject({
      error: { code: "idempotency_key_reused" },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("doesn't keep what was made with it from being superseded", async () => {
    const who = await agent("superseded");
    const title = fresh();
    const first = await page(who, { title, idempotency_key: "page-0003" });
    const again = await page(who, { title, supersedes: first.operation.id, idempotency_key: "page-0004" });
    expect(again).toMatchObject({ status: "ok", operation: { replayed: false } });
    expect(await effects()).toHaveLength(2);
  });
});

describe("the requests of one person that wait for approval", () => {
  it("are twenty at most, and one that is decided makes room", async () => {
    const who = await agent("waits", "analyst");
    const ids = [];
    for (let nth = 0; nth < MOST_WAITING; nth++) {
      const held = await page(who, { title: fresh() });
      expect(held.status).toBe("pending_approval");
      ids.push(held.operation.id);
    }
    const title = fresh();
    expect(await page(who, { title })).toMatchObject({ error: { code: "rate_limited" } });
    await approve(ids[0] ?? "");
    await operationOnce(ids[0] ?? "", ({ state }) => state === "succeeded");
    expect(await page(who, { title })).toMatchObject({ status: "pending_approval" });
  });
});

describe("an operation id that was made up", () => {
  it("leaves nothing behind in the object that it names, not even tables", async () => {
    const target = { kind: "device", id: crypto.randomUUID() };
    const id = newOperationId(env.TENANT, target);
    const who = await agentOf(await signedIn("creations-viewer", "viewer"));
    expect(await call(who, "get_operation", { operation_id: id })).toMatchObject({ status: "not_found" });
    const effect = env.EFFECT.getByName(effectName(env.TENANT, target));
    const by = { subject: "x", person: "x", session_id: "x" };
    const decided = await effect.decide(id, { decision: "approve", by, reason: "x" });
    expect(decided).toEqual({ ok: false, refusal: "not_here" });
    expect(await effect.settle(id, { outcome: "happened", by: "x", reason: "x" })).toEqual(decided);
    const tables = await runInDurableObject(effect, (_object, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
    );
    expect(tables).toEqual([]);
  });
});
