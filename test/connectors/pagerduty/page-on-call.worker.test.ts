import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bareId } from "../../../src/capabilities/ids.ts";
import { pagerdutyCredentials } from "../../../src/connectors/pagerduty/credentials.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { mintingOf } from "../../../src/toolkit/upstream/settings-of.ts";
import { effects, inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { changeAt, credentialOf } from "../../support/deployed.ts";
import { agentOf, call, insist } from "../../support/worker/agent.ts";
import { rested } from "../../support/worker/credentials.ts";
import { lab } from "../../support/worker/lab.ts";
import { operationOnce } from "../../support/worker/operations.ts";
import { signedIn } from "../../support/worker/people.ts";

const pageOnCall = changeAt("page_on_call");

type Told = { operation: { id: string }; data: { incident_id: string } };

const CREATE = { vendor: "pagerduty", operation: "createIncident" };
const LIST = { vendor: "pagerduty", operation: "listIncidents" };
const page = { urgency: "high", reason: "Test of pages" };
let titles = 0;
/** A title that no other test has used: one target's operations outlive a reset of the lab. */
const fresh = () => `Ransomware on FRA-FIL-01, ${++titles}`;

async function responder(name = "pages-responder"): Promise<Client> {
  return agentOf(await signedIn(name, "responder"), ["pages:write"]);
}

/** What somebody else does at PagerDuty, with the paging key. */
async function atPagerDuty(method: string, path: string, incident: object): Promise<void> {
  const response = await fetch(`${env.PAGERDUTY_BASE_URL}${path}`, {
    method,
    headers: {
      authorization: `Token token=${env.PAGERDUTY_PAGE_API_KEY}`,
      accept: "application/vnd.pagerduty+json;version=2",
      "content-type": "application/json",
      from: env.PAGERDUTY_FROM,
    },
    body: JSON.stringify({ incident }),
  });
  if (!response.ok) throw new Error(await response.text());
}

const resolved = { type: "incident_reference", status: "resolved" };

beforeEach(async () => {
  await resetLab();
  await rested("pagerduty.read", "pagerduty.page");
});
afterEach(() => {
  vi.useRealTimers();
});

/** Keeps an operation in doubt from being looked at: until real time goes on, the first look isn't due. */
function beforeAnybodyLooks(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
}

describe("page_on_call", () => {
  it("pages once, under the operation's id as the incident's key, and a repeat returns the first", async () => {
    const agent = await responder();
    const title = fresh();
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    expect(first).toMatchObject({
      status: "ok",
      data: { incident_id: expect.any(String), title, urgency: "high", status: "triggered" },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    const { id } = first.operation;
    const target = `incident/${first.data.incident_id}`;
    expect(await effects()).toMatchObject([{ action: "createIncident", target, request_id: id }]);
    const again = await call(agent, "page_on_call", { title: title.toUpperCase(), ...page });
    expect(again).toMatchObject({ data: first.data, operation: { id, replayed: true } });
    expect(await effects()).toHaveLength(1);
  });

  it("says that somebody has resolved it meanwhile, and doesn't page again, though the vendor's own key would", async () => {
    const agent = await responder();
    const title = fresh();
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    await atPagerDuty("PUT", `/incidents/${bareId(first.data.incident_id)}`, resolved);
    expect(await call(agent, "page_on_call", { title, ...page })).toMatchObject({
      error: {
        code: "differs_from_done",
        message: expect.stringContaining(first.data.incident_id),
        differences: [{ field: "status", done: "triggered", now: "resolved" }],
      },
      operation: { id: first.operation.id },
    });
    expect((await effects()).filter(({ action }) => action === "createIncident")).toHaveLength(1);
  });

  it("asked for by two people at once pages once", async () => {
    const agents = await Promise.all(["pages-a", "pages-b"].map(responder));
    const title = fresh();
    const results = await Promise.all(
      [...agents, ...agents].map((agent) => insist(agent, "page_on_call", { title, ...page })),
    );
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["ok"]));
    expect(await effects()).toHaveLength(1);
  });
});

describe("an outcome in doubt", () => {
  it.each(["drop_after_effect", "error_after_effect", "malformed", "drift"])(
    "after %s pages nobody again, and is settled by reading back",
    async (mode) => {
      const agent = await responder();
      const title = fresh();
      await inject({ ...CREATE, mode, times: 1 });
      const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
      expect(first).toMatchObject({ error: { kind: "in_doubt", code: "outcome_unknown" } });
      const { id } = first.operation;
      await operationOnce(id, ({ state }) => state === "succeeded");
      expect(await call(agent, "page_on_call", { title, ...page })).toMatchObject({
        status: "ok",
        data: { title, urgency: "high", status: "triggered" },
        operation: { id, replayed: true, evidence: "read_back" },
      });
      expect(await requestsOf("createIncident")).toHaveLength(1);
    },
  );

  it("is settled by an incident that was resolved before anybody looked", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "drop_after_effect", times: 1 });
    beforeAnybodyLooks();
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    const [opened] = await effects();
    await atPagerDuty("PUT", `/incidents/${bareId(opened?.target.split("/")[1] ?? "")}`, resolved);
    vi.useRealTimers();
    const { data } = await operationOnce(first.operation.id, ({ state }) => state === "succeeded");
    expect(JSON.parse(data ?? "")).toMatchObject({ status: "resolved" });
  });

  it("without effect is looked for, and isn't sent again while nothing is proven", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "reset", times: 1 });
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    const { probe, state } = await operationOnce(first.operation.id, ({ probe }) => probe.absent_reads >= 2);
    expect({ state, failed: probe.failed_reads }).toEqual({ state: "probing", failed: 0 });
    expect(await call(agent, "page_on_call", { title, ...page })).toMatchObject({
      error: { kind: "in_doubt" },
    });
    expect(await requestsOf("createIncident")).toHaveLength(1);
  });

  it.each([
    ["drift", {}],
    ["malformed", {}],
    ["partial", {}],
    ["html", { status: 200 }],
    ["reset", {}],
    ["status", { status: 403 }],
  ])("isn't settled by a list that fails: %s", async (mode, how) => {
    const agent = await responder();
    await inject({ ...CREATE, mode: "drop_after_effect", times: 1 });
    beforeAnybodyLooks();
    const first = (await call(agent, "page_on_call", { title: fresh(), ...page })) as unknown as Told;
    await inject({ ...LIST, mode, ...how });
    vi.useRealTimers();
    const { probe, state } = await operationOnce(first.operation.id, ({ probe }) => probe.attempts >= 1);
    expect(state).toBe("probing");
    expect(probe).toMatchObject({ absent_reads: 0, failed_reads: probe.attempts });
  });
});

describe("a refusal by PagerDuty", () => {
  it("that proves no effect is retried as the same operation", async () => {
    const agent = await responder();
    const title = fresh();
    await inject({ ...CREATE, mode: "rate_limit", delay_ms: 1000, times: 1 });
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    expect(first).toMatchObject({
      error: { kind: "transient", code: "rate_limited", retry_after_ms: 1000 },
      operation: { state: "failed_safe" },
    });
    expect(await call(agent, "page_on_call", { title, ...page })).toMatchObject({
      status: "ok",
      operation: { id: first.operation.id, replayed: false },
    });
    expect(await effects()).toHaveLength(1);
  });

  it("for an incident that is open under our key is no failure: reading back finds it", async () => {
    const agent = await responder();
    const title = fresh();
    // Refused, then delivered by somebody on the way after all, unseen by the look before the next try.
    await inject({ ...CREATE, mode: "status", status: 403, times: 1 });
    const first = (await call(agent, "page_on_call", { title, ...page })) as unknown as Told;
    await inject({ ...CREATE, mode: "slow", delay_ms: 600_000, times: 1 });
    const { id } = first.operation;
    const again = call(agent, "page_on_call", { title, ...page });
    await lab.fired(2);
    await atPagerDuty("POST", "/incidents", {
      type: "incident",
      title,
      service: { id: env.PAGERDUTY_SERVICE_ID, type: "service_reference" },
      incident_key: id,
    });
    await lab.release();
    expect(await again).toMatchObject({ error: { kind: "in_doubt" } });
    await operationOnce(id, ({ state }) => state === "succeeded");
    expect(await effects()).toHaveLength(1);
  });

  it("of our key gets one more try once the key was checked", async () => {
    await inject({ ...CREATE, mode: "expire_tokens" });
    expect(await call(await responder(), "page_on_call", { title: fresh(), ...page })).toMatchObject({
      status: "ok",
    });
    expect((await requestsOf("createIncident")).map(({ status }) => status)).toEqual([401, 201]);
  });
});

describe("the gate", () => {
  it("pages nobody while it can't look", async () => {
    const agent = await responder();
    for (const mode of ["status", "partial", "drift", "malformed"]) {
      await inject({ ...LIST, mode });
      expect(await call(agent, "page_on_call", { title: fresh(), ...page })).toMatchObject({
        status: "error",
      });
      await resetLab();
    }
    expect(await requestsOf("createIncident")).toEqual([]);
  });

  it("names in a drift what has changed", async () => {
    await inject({ ...LIST, mode: "drift" });
    const input = pageOnCall.input.parse({ title: "Anything", urgency: "low" });
    const look = pageOnCall.inspect(input, upstreamFor(env, credentialOf("pagerduty.read")), env, "op_none");
    await expect(look).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "incidents" },
    });
  });
});

describe("a credential", () => {
  it("that is wrong is refused by its name, and its text stays out of it", async () => {
    const wrong = { ...env, PAGERDUTY_READ_API_KEY: "wrong-secret" };
    const mint = pagerdutyCredentials.read.mint(
      mintingOf(wrong as Env, pagerdutyCredentials.read, Date.now(), AbortSignal.timeout(5000)),
    );
    const failure = await mint.catch((thrown) => thrown);
    expect(failure).toMatchObject({ code: "credential_rejected" });
    expect(failure.message).toContain("pagerduty.read");
    expect(JSON.stringify(failure)).not.toContain("wrong-secret");
  });
});
