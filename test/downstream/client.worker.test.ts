import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { breakerReport } from "../../src/downstream/circuit.ts";
import { type UpstreamOptions, upstreamFor } from "../../src/downstream/client.ts";
import { asFailure, type PublicError, publicError } from "../../src/toolkit/failure.ts";
import type { UpstreamExchange, UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";
import { credentialOf } from "../support/deployed.ts";
import { lab } from "../support/worker/lab.ts";
import { clearFaults, inject, requestsOf, resetLab } from "./lab-control.ts";

const NAME = "crowdstrike.read";
const OPERATION = "QueryDevicesByFilter";
const MINT = "oauth2AccessToken";
/** Longer than any test lasts: what the vendor holds, it holds until it is told to let go. */
const HELD_MS = 600_000;
const Ids = z.object({ resources: z.array(z.string()) });

const query: UpstreamRequest = {
  operation: OPERATION,
  method: "GET",
  path: "/devices/queries/devices/v1",
  query: { limit: "3", sort: "hostname.asc" },
};

interface Result {
  readonly data: z.output<typeof Ids> | null;
  readonly error: PublicError | null;
  readonly contract_path: string | undefined;
  readonly exchange: UpstreamExchange | undefined;
}

/** One read. Whatever comes of it, no failure may tell a secret or what the vendor wrote. */
async function read(options: UpstreamOptions = {}, request = query): Promise<Result> {
  const upstream = upstreamFor(env, credentialOf(NAME), options);
  try {
    const data = await upstream.read(request, Ids);
    return { data, error: null, contract_path: undefined, exchange: upstream.exchanges[0] };
  } catch (thrown) {
    const failure = asFailure(thrown);
    const error = publicError(failure);
    const text = JSON.stringify(error);
    for (const hidden of [env.CROWDSTRIKE_READ_CLIENT_SECRET, "trace-id", "Bearer", "<html", "query_time"]) {
      expect(text).not.toContain(hidden);
    }
    return {
      data: null,
      error,
      contract_path: failure.detail.contract_path,
      exchange: upstream.exchanges[0],
    };
  }
}

const asked = async () => (await requestsOf(OPERATION)).length;

beforeEach(async () => {
  await clearFaults();
  breakerReport(NAME, true);
  // The test before may have left a token that no longer works.
  await read();
  await resetLab();
});

afterEach(async () => {
  vi.useRealTimers();
  await lab.clock({ ahead_ms: 0 });
  await lab.release();
});

describe("a read", () => {
  test("is authorized, carries its request id, and is recorded", async () => {
    const { data, exchange } = await read({ trace_id: "trace-1" });
    expect(data?.resources).toHaveLength(3);
    expect(exchange).toMatchObject({ source: "crowdstrike", operation: OPERATION, attempts: 1, status: 200 });
    expect(await requestsOf(OPERATION)).toMatchObject([{ request_id: "trace-1", status: 200 }]);
  });

  test("gets a new token when its own has expired in mid-session, once, and succeeds", async () => {
    await inject({ operation: OPERATION, mode: "expire_tokens" });
    const { data, exchange } = await read();
    expect(data?.resources).toHaveLength(3);
    expect(exchange).toMatchObject({ attempts: 2, status: 200 });
    expect(await requestsOf(MINT)).toHaveLength(1);
  });

  test("whose new token is refused as well says which credential needs attention", async () => {
    await inject({ operation: OPERATION, mode: "expire_tokens", times: 2 });
    const { error, exchange } = await read();
    expect(error).toMatchObject({ kind: "configuration", code: "credential_rejected", attempts: 2 });
    expect(error?.message).toContain(NAME);
    expect(exchange).toMatchObject({ status: 401 });
    expect(await asked()).toBe(2);
  });

  test("gets over two failures", async () => {
    await inject({ operation: OPERATION, mode: "status", status: 500, times: 2 });
    const { data, exchange } = await read();
    expect(data?.resources).toHaveLength(3);
    expect(exchange).toMatchObject({ attempts: 3, status: 200 });
  });

  test.each([
    ["an outage", { mode: "status", status: 503 }, "upstream_unavailable", 503],
    ["a cut connection", { mode: "reset" }, "upstream_unavailable", null],
    ["a success that only reports errors", { mode: "partial" }, "upstream_unavailable", 200],
    ["a gateway's page", { mode: "html", status: 502 }, "upstream_unavailable", 502],
  ])(
    "of a vendor in %s is transient after three attempts, and never empty",
    async (_, fault, code, status) => {
      await inject({ operation: OPERATION, ...fault });
      const { data, error, exchange } = await read();
      expect(data).toBeNull();
      expect(error).toMatchObject({
        kind: "transient",
        code,
        retryable: true,
        attempts: 3,
        retry_after_ms: 2000,
      });
      expect(exchange).toMatchObject({ attempts: 3, status });
      expect(await asked()).toBe(3);
    },
  );

  test.each([
    ["with renamed and retyped fields", { mode: "drift" }, "resources"],
    ["cut off in the middle", { mode: "malformed" }, ""],
    ["that is a page", { mode: "html", status: 200 }, ""],
  ])("of an answer %s is a changed contract, asked once, and says where", async (_, fault, contract_path) => {
    await inject({ operation: OPERATION, ...fault });
    const result = await read();
    expect(result.error).toMatchObject({ kind: "contract", retryable: false, attempts: 1 });
    expect(result.contract_path).toBe(contract_path);
    expect(await asked()).toBe(1);
  });

  test("that the vendor refuses isn't repeated, and is the caller's only if an argument of theirs is in it", async () => {
    const refused = { ...query, query: { filter: "local_ip:'10.0.0.*'" } };
    const ours = await read({}, refused);
    expect(ours.error).toMatchObject({ kind: "configuration", code: "misconfigured", attempts: 1 });
    const theirs = await read({}, { ...refused, about: ["query"] });
    expect(theirs.error).toMatchObject({ kind: "invalid_request", code: "upstream_rejected", attempts: 1 });
    expect(theirs.error?.message).toContain("query");
    expect(await asked()).toBe(2);
  });

  /** Its time passes while the vendor holds what it was sent last, and no other time does. */
  async function readUntil(deadline_ms: number, faults: number): Promise<Result> {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: Date.now() });
    const reading = read({ deadline_ms });
    await lab.fired(faults);
    vi.advanceTimersByTime(deadline_ms);
    return reading;
  }

  test("ends with its deadline, however slow the vendor is", async () => {
    await inject({ operation: OPERATION, mode: "slow", delay_ms: HELD_MS });
    const { error } = await readUntil(300, 1);
    expect(error).toMatchObject({ kind: "transient", code: "upstream_timeout" });
    expect(await requestsOf(OPERATION)).toMatchObject([{ status: null }]);
  });

  test("waits for a token no longer than its deadline", async () => {
    await inject({ operation: OPERATION, mode: "expire_tokens" });
    await inject({ operation: MINT, mode: "slow", delay_ms: HELD_MS, times: 1 });
    const { error } = await readUntil(300, 2);
    expect(error).toMatchObject({ kind: "transient", code: "upstream_timeout" });
    expect(await requestsOf(MINT)).toMatchObject([{ status: null }]);
  });
});

describe("a rate limit", () => {
  test("is waited out if there is time, and the answer comes", async () => {
    await inject({ operation: OPERATION, mode: "rate_limit", delay_ms: 1_000, times: 1 });
    const began_at = Date.now();
    const { data, exchange } = await read();
    expect(data?.resources).toHaveLength(3);
    expect(exchange).toMatchObject({ attempts: 2, status: 200 });
    expect(Date.now() - began_at).toBeGreaterThanOrEqual(900);
  });

  test("that lasts longer than the deadline is told at once, with the time to wait", async () => {
    await inject({ operation: OPERATION, mode: "rate_limit", delay_ms: 60_000 });
    await lab.clock({ ahead_ms: 0, still: true });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { error } = await read();
    const [refused, ...again] = await requestsOf(OPERATION);
    expect(again).toEqual([]);
    // The vendor names a whole second.
    const until = Math.ceil((Date.parse(refused?.at ?? "") + 60_000) / 1_000) * 1_000;
    expect(error).toMatchObject({
      kind: "transient",
      code: "rate_limited",
      attempts: 1,
      retry_after_ms: until - Date.now(),
    });
  });
});

describe("the circuit", () => {
  test("opens after five failures in a row: nothing more is sent, and the error says for how long", async () => {
    await inject({ operation: OPERATION, mode: "status", status: 500 });
    expect((await read()).error).toMatchObject({ code: "upstream_unavailable", attempts: 3 });
    expect((await read()).error).toMatchObject({ code: "upstream_unavailable", attempts: 2 });
    const { error, exchange } = await read();
    expect(error).toMatchObject({ kind: "transient", code: "circuit_open", retryable: true, attempts: 0 });
    expect(error?.retry_after_ms).toBeGreaterThan(0);
    expect(error?.retry_after_ms).toBeLessThanOrEqual(10_000);
    expect(exchange).toMatchObject({ attempts: 0, status: null });
    expect(await asked()).toBe(5);
    await expect
      .poll(async () => (await env.BROKER.getByName(NAME).health(NAME)).breaker)
      .toMatchObject({ state: "open" });
  });

  test("stays closed while the vendor only refuses", async () => {
    await inject({ operation: OPERATION, mode: "status", status: 400 });
    for (let nth = 0; nth < 6; nth++) expect((await read()).error?.code).toBe("misconfigured");
    await clearFaults();
    expect((await read()).data?.resources).toHaveLength(3);
  });

  test("of one credential is no other one's", async () => {
    for (let nth = 0; nth < 5; nth++) breakerReport("crowdstrike.contain", false);
    expect((await read()).data?.resources).toHaveLength(3);
    breakerReport("crowdstrike.contain", true);
  });
});
