import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { upstreamFor } from "../../src/downstream/client.ts";
import { budgetOf } from "../../src/downstream/vendor-budget.ts";
import { asFailure, publicError } from "../../src/toolkit/failure.ts";
import type { UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";
import { credentialOf } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { requestsOf } from "./lab-control.ts";

const NAME = "crowdstrike.read";
const OPERATION = "QueryDevicesByFilter";
const Ids = z.object({ resources: z.array(z.string()) });
const query: UpstreamRequest = { operation: OPERATION, method: "GET", path: "/devices/queries/devices/v1" };

/** An instance that asks for one request at a time. */
const frugal = { ...env, VENDOR_BUDGETS: '{"crowdstrike": 60}' } as Env;

afterEach(() => {
  vi.useRealTimers();
});

async function read(person: string | null = null) {
  const upstream = upstreamFor(frugal, credentialOf(NAME), { person });
  try {
    return { ids: (await upstream.read(query, Ids)).resources, error: null };
  } catch (thrown) {
    return { ids: null, error: publicError(asFailure(thrown)) };
  }
}

describe("a credential whose budget is spent", () => {
  it("sends nothing, says which limit it is, and goes on when there is room again", async () => {
    expect((await read()).ids).not.toBeNull();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    // As if other isolates had spent it.
    const broker = env.BROKER.getByName(NAME);
    while ((await broker.grantRequests(NAME, 1_000_000)).granted > 0);
    // What this isolate was granted before.
    while ((await read()).error === null);
    const sent = (await requestsOf(OPERATION)).length;
    const { error } = await read();
    expect(error).toMatchObject({ kind: "transient", code: "rate_limited", retryable: true, attempts: 0 });
    expect(error?.message).toContain(NAME);
    expect(error?.retry_after_ms).toBeGreaterThan(0);
    expect(await requestsOf(OPERATION)).toHaveLength(sent);

    vi.setSystemTime(Date.now() + (error?.retry_after_ms ?? 0));
    expect((await read()).ids).not.toBeNull();
  });

  it("doesn't keep anybody from a state change: its look at the target is kept room for", async () => {
    const responder = await agentOf(await signedIn("spending-1", "responder"));
    const [device_id = ""] = await lab.devices();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const broker = env.BROKER.getByName(NAME);
    while ((await broker.grantRequests(NAME, 1_000_000)).granted > 0);
    while ((await read()).error === null);
    expect(await call(responder, "get_device", { device_id })).toMatchObject({
      error: { code: "rate_limited" },
    });
    expect(await call(responder, "contain_device", { device_id, reason: "Test" })).toMatchObject({
      status: "ok",
    });
  });

  it("keeps no other credential of the vendor waiting", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const broker = env.BROKER.getByName(NAME);
    while ((await broker.grantRequests(NAME, 1_000_000)).granted > 0);
    const other = env.BROKER.getByName("crowdstrike.contain");
    expect((await other.grantRequests("crowdstrike.contain", 1)).granted).toBe(1);
  });

  it("is no one person's while others ask: who has had their share is told so, and the others go on", async () => {
    const greedy = await agentOf(await signedIn("spending-2", "viewer"));
    const modest = await agentOf(await signedIn("spending-3", "viewer"));
    const refusal = async () => {
      const result = await call(greedy, "get_device", { device_id });
      return result.status === "error" ? result.error : undefined;
    };
    const [device_id = ""] = await lab.devices();
    const { per_minute } = budgetOf(env, credentialOf(NAME));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await env.BROKER.getByName(NAME).grantRequests(NAME, 0, "anything", [
      ["spending-2@acme.test", per_minute - 10],
      ["spending-3@acme.test", 1],
    ]);
    // This isolate hears of it when it next asks the broker for more.
    while ((await refusal()) === undefined);
    const sent = (await requestsOf(OPERATION)).length;
    const error = await refusal();
    expect(error).toMatchObject({ kind: "transient", code: "rate_limited", retryable: true, attempts: 0 });
    expect(error?.message).toContain("The person you act for has used their share");
    expect(await requestsOf(OPERATION)).toHaveLength(sent);
    expect(await call(modest, "get_device", { device_id })).toMatchObject({ status: "ok" });

    vi.setSystemTime(Date.now() + (error?.retry_after_ms ?? 0));
    expect(await call(greedy, "get_device", { device_id })).toMatchObject({ status: "ok" });
  });

  it("is counted by person as it is spent", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { per_minute } = budgetOf(env, credentialOf(NAME));
    const broker = env.BROKER.getByName(NAME);
    await broker.grantRequests(NAME, 0, "anything", [
      // Two short of the half that is theirs at most.
      ["counted@acme.test", Math.floor(per_minute / 2) - 2],
      ["another@acme.test", 1],
    ]);
    expect((await broker.grantRequests(NAME, 0)).over_share).toEqual({});
    // What was spent is told with the next question for more.
    for (let nth = 0; nth < 5; nth += 1) await read("counted@acme.test");
    const { over_share } = await broker.grantRequests(NAME, 0);
    expect(Object.keys(over_share)).toEqual(["counted@acme.test"]);
  });
});
