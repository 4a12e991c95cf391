import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effects, inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { agentOf, call, insist } from "../../support/worker/agent.ts";
import { rested } from "../../support/worker/credentials.ts";
import { lab } from "../../support/worker/lab.ts";
import { operationOnce } from "../../support/worker/operations.ts";
import { signedIn } from "../../support/worker/people.ts";

type Told = { operation: { id: string }; data: { ticket_id: string } };

const CREATE = { vendor: "jira", operation: "createIssue" };
const ticket = {
  description: "It looks odd.\n\nSee the finding.",
  priority: "high",
  reason: "Test of tickets",
};
/** More than the lab's index takes to have a new ticket. */
const INDEX_LAG_MS = 5_000;
let titles = 0;
/** A title that no other test has used: one target's operations outlive a reset of the lab. */
const fresh = () => `Look into this, ${++titles}`;

async function responder(name = "tickets-responder"): Promise<Client> {
  return agentOf(await signedIn(name, "responder"), ["tickets:read", "tickets:write"]);
}

beforeEach(async () => {
  await resetLab();
  await rested("jira.read", "jira.create");
});
afterEach(async () => {
  vi.useRealTimers();
  await lab.clock({ ahead_ms: 0 });
});

describe("create_ticket", () => {
  it("creates one, under the operation's id as its label, and a repeat returns the first", async () => {
    const agent = await responder();
    const title = fresh();
    const first = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
    expect(first).toMatchObject({
      status: "ok",
      data: { ticket_id: "jira:SEC-61", title },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    const { id } = first.operation;
    const again = await call(agent, "create_ticket", {
      title: ` ${title.toUpperCase().replace(" ", "  ")}`,
      ...ticket,
      reason: "In other words",
    });
    expect(again).toMatchObject({ data: first.data, operation: { id, replayed: true } });
    expect(await effects()).toMatchObject([
      { action: "createIssue", target: "ticket/jira:SEC-61", request_id: id },
    ]);
    const issue = await (
      await fetch(`${env.JIRA_BASE_URL}/rest/api/3/issue/SEC-61`, {
        headers: { authorization: `Basic ${btoa(`${env.JIRA_READ_EMAIL}:${env.JIRA_READ_API_TOKEN}`)}` },
      })
    ).json<{ fields: Record<string, unknown> }>();
    expect(issue.fields).toMatchObject({
      summary: title,
      labels: ["sallyport", id],
      priority: { name: "High" },
      issuetype: { name: "Task" },
      description: { content: [{ content: [{ text: "It looks odd." }] }, { type: "paragraph" }] },
    });
  });

  it("is found by its id at once, though the index lags", async () => {
    const agent = await responder();
    const title = fresh();
    const { data } = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
    const found = await call(agent, "search_tickets", { query: data.ticket_id });
    expect(found).toMatchObject({ status: "ok", data: { tickets: [{ ticket_id: data.ticket_id, title }] } });
    const got = await call(agent, "get_ticket", { ticket_id: data.ticket_id });
    expect(got).toMatchObject({
      status: "ok",
      data: { title, status: "open", desc: "It looks odd. See the finding." },
    });
  });

  it("asked for by two people at once creates one", async () => {
    const agents = await Promise.all(["tickets-a", "tickets-b"].map(responder));
    const title = fresh();
    const results = await Promise.all(
      [...agents, ...agents].map((agent) => insist(agent, "create_ticket", { title, ...ticket })),
    );
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["ok"]));
    expect(await effects()).toHaveLength(1);
  });

  it("isn't created again for one finding: another title is told of the one that is there", async () => {
    const agent = await responder();
    const finding_id = `finding-${fresh()}`;
    const first = (await call(agent, "create_ticket", {
      title: fresh(),
      ...ticket,
      finding_id,
    })) as unknown as Told;
    const second = await call(agent, "create_ticket", { title: fresh(), ...ticket, finding_id });
    expect(second).toMatchObject({
      error: {
        code: "differs_from_done",
        message: expect.stringContaining(first.data.ticket_id),
        differences: [{ field: "title" }],
      },
      operation: { id: first.operation.id },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("is refused under a key that stands for another title, and a second key is no way to a second one", async () => {
    const agent = await responder();
    const [one, two] = [`key-${fresh()}`, `key-${fresh()}`].map((key) => key.replaceAll(/[^\w-]/g, "-"));
    const title = fresh();
    await call(agent, "create_ticket", { title, ...ticket, idempotency_key: one });
    expect(await call(agent, "create_ticket", { title, ...ticket, idempotency_key: one })).toMatchObject({
      operation: { replayed: true },
    });
    expect(
      await call(agent, "create_ticket", { title: fresh(), ...ticket, idempotency_key: one }),
    ).toMatchObject({
      error: { code: "idempotency_key_reused" },
    });
    expect(await effects()).toHaveLength(1);
    expect(await call(agent, "create_ticket", { title, ...ticket, idempotency_key: two })).toMatchObject({
      operation: { replayed: true },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("refuses a title of two lines before it asks anybody", async () => {
    const refused = await call(await responder(), "create_ticket", { ...ticket, title: "two\nlines" });
    expect(refused).toMatchObject({ error: { code: "invalid_input", issues: [{ path: "title" }] } });
    expect(await requestsOf("createIssue")).toEqual([]);
  });
});

describe("an outcome in doubt", () => {
  it.each(["drop_after_effect", "error_after_effect", "malformed", "drift"])(
    "after %s creates nothing again, and is settled once the index has the ticket",
    async (mode) => {
      const agent = await responder();
      const title = fresh();
      await inject({ ...CREATE, mode, times: 1 });
      await lab.clock({ ahead_ms: 0, still: true });
      const first = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
      expect(first).toMatchObject({ error: { kind: "in_doubt", code: "outcome_unknown" } });
      const { id } = first.operation;
      // The first looks come before the index has it, and must not pass for proof that it isn't there.
      expect((await operationOnce(id, ({ probe }) => probe.absent_reads > 0)).state).toBe("probing");
      await lab.clock({ ahead_ms: INDEX_LAG_MS });
      await operationOnce(id, ({ state }) => state === "succeeded");
      expect(await call(agent, "create_ticket", { title, ...ticket })).toMatchObject({
        status: "ok",
        data: { ticket_id: "jira:SEC-61", title },
        operation: { id, replayed: true, evidence: "read_back" },
      });
      expect(await effects()).toHaveLength(1);
      expect(await requestsOf("createIssue")).toHaveLength(1);
    },
  );

  it("without effect is looked for, and isn't sent again while nothing is proven", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "reset", times: 1 });
    const first = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
    const { probe, state } = await operationOnce(first.operation.id, ({ probe }) => probe.absent_reads >= 2);
    expect({ state, failed: probe.failed_reads }).toEqual({ state: "probing", failed: 0 });
    expect(await call(agent, "create_ticket", { title, ...ticket })).toMatchObject({
      error: { kind: "in_doubt" },
    });
    expect(await requestsOf("createIssue")).toHaveLength(1);
  });

  it("isn't settled by searches of nobody: a token that stopped working proves no absence", async () => {
    const agent = await responder();
    await inject({ ...CREATE, mode: "drop_after_effect", times: 1 });
    await call(agent, "search_tickets", { limit: 1 });
    // Until real time goes on, the first look isn't due.
    vi.useFakeTimers({ toFake: ["Date"] });
    const first = (await call(agent, "create_ticket", { title: fresh(), ...ticket })) as unknown as Told;
    await inject({ vendor: "jira", operation: "getCurrentUser", mode: "status", status: 401 });
    vi.useRealTimers();
    const { probe } = await operationOnce(first.operation.id, ({ probe }) => probe.attempts >= 2);
    expect(probe.absent_reads).toBe(0);
  });
});

describe("a refusal by Jira", () => {
  it("that proves no effect is retried as the same operation", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "rate_limit", delay_ms: 1000, times: 1 });
    const first = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
    expect(first).toMatchObject({
      error: { kind: "transient", code: "rate_limited" },
      operation: { state: "failed_safe" },
    });
    expect(await call(agent, "create_ticket", { title, ...ticket })).toMatchObject({
      status: "ok",
      operation: { id: first.operation.id, replayed: false },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("of our token gets one more try with a checked one", async () => {
    await inject({ ...CREATE, mode: "expire_tokens" });
    expect(await call(await responder(), "create_ticket", { title: fresh(), ...ticket })).toMatchObject({
      status: "ok",
    });
    expect((await requestsOf("createIssue")).map(({ status }) => status)).toEqual([401, 201]);
    expect(await effects()).toHaveLength(1);
  });

  it("is looked up before it is sent again: what is there by then isn't created twice", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "status", status: 403, times: 1 });
    const first = (await call(agent, "create_ticket", { title, ...ticket })) as unknown as Told;
    expect(first).toMatchObject({ operation: { state: "failed_safe" } });
    await createdBehindOurBack(title, first.operation.id);
    let again = await call(agent, "search_tickets", { query: title.replace(",", "") });
    while ("data" in again && (again.data as { tickets: unknown[] }).tickets.length === 0) {
      again = await call(agent, "search_tickets", { query: title.replace(",", "") });
    }
    expect(await call(agent, "create_ticket", { title, ...ticket })).toMatchObject({
      status: "ok",
      operation: { id: first.operation.id, evidence: "read_back" },
    });
    expect(await effects()).toHaveLength(1);
  });
});

/** A request of ours that Jira refused and a proxy delivered again, say. */
async function createdBehindOurBack(title: string, operation_id: string): Promise<void> {
  const response = await fetch(`${env.JIRA_BASE_URL}/rest/api/3/issue`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${env.JIRA_CREATE_EMAIL}:${env.JIRA_CREATE_API_TOKEN}`)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      fields: {
        project: { key: "SEC" },
        issuetype: { name: "Task" },
        summary: title,
        labels: [operation_id],
      },
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}
