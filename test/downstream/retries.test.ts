import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pauseBeforeRetry, retrying } from "../../src/downstream/retries.ts";
import { asFailure } from "../../src/toolkit/failure.ts";
import {
  circuitOpen,
  rateLimited,
  rejected,
  timedOut,
  unavailable,
} from "../../src/toolkit/upstream/failures.ts";
import { exampleVendor as vendor } from "./example-vendor.ts";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("the pause before a retry", () => {
  test("is anywhere between nothing and 200 ms, doubled with each retry, and never over 4 s", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), chance, (retries, random) => {
        const pause = pauseBeforeRetry(unavailable(vendor), retries, 60_000, () => random);
        expect(pause).toBe(random * Math.min(4000, 200 * 2 ** retries));
      }),
    );
  });

  test("is what the vendor named, and at most 100 ms more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000 }), chance, (retry_after_ms, random) => {
        const pause = pauseBeforeRetry(rateLimited(vendor, { retry_after_ms }), 0, 60_000, () => random);
        expect(pause).toBeGreaterThanOrEqual(retry_after_ms);
        expect(pause).toBeLessThanOrEqual(retry_after_ms + 100);
      }),
    );
  });

  test.each([
    ["the vendor names a time beyond the deadline", rateLimited(vendor, { retry_after_ms: 5_000 }), 4_000],
    ["the deadline is over", unavailable(vendor), 0],
    ["the circuit is open", circuitOpen(vendor, 1), 60_000],
    ["the vendor refused the request", rejected(vendor, 400, "query"), 60_000],
    ["the fault is ours", asFailure(new TypeError("x")), 60_000],
  ])("is none if %s", (_, failure, remaining_ms) => {
    expect(pauseBeforeRetry(failure, 0, remaining_ms, () => 0.5)).toBeNull();
  });
});

describe("retrying", () => {
  const options = () => ({
    attempts: 3,
    deadline_at: Date.now() + 20_000,
    attempt_ms: 8_000,
    random: () => 0.01,
  });

  test("asks three times in all and then says what the last answer was", async () => {
    const statuses: number[] = [];
    const run = retrying(options(), async () => {
      statuses.push(500 + statuses.length);
      throw unavailable(vendor, { status: 499 + statuses.length });
    });
    await expect(run).rejects.toMatchObject({
      code: "upstream_unavailable",
      detail: { upstream_status: 502 },
    });
    expect(statuses).toHaveLength(3);
  });

  test("stops with the first success", async () => {
    let asked = 0;
    const found = await retrying(options(), async () => {
      asked += 1;
      if (asked < 3) throw unavailable(vendor);
      return "found";
    });
    expect({ found, asked }).toEqual({ found: "found", asked: 3 });
  });

  test("doesn't ask again what was refused", async () => {
    let asked = 0;
    const run = retrying(options(), async () => {
      asked += 1;
      throw rejected(vendor, 400, "query");
    });
    await expect(run).rejects.toMatchObject({ code: "upstream_rejected" });
    expect(asked).toBe(1);
  });

  test("ends at once where waiting as long as the vendor asks would pass the deadline", async () => {
    let asked = 0;
    const run = retrying({ ...options(), deadline_at: Date.now() + 1_000 }, async () => {
      asked += 1;
      throw rateLimited(vendor, { retry_after_ms: 30_000 });
    });
    await expect(run).rejects.toMatchObject({ code: "rate_limited", detail: { retry_after_ms: 30_000 } });
    expect(asked).toBe(1);
  });

  test("asks a vendor that was too slow once more, with all the time that is left, and no further", async () => {
    const started_at = Date.now();
    const given: number[] = [];
    const times = { now: () => started_at, deadline_at: started_at + 20_000, attempt_ms: 5 };
    const late = retrying({ ...options(), ...times }, async (signal) => {
      given.push(given.length);
      // The first attempt ends with its own time; the second would wait for the deadline.
      if (given.length === 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      else expect(signal.aborted).toBe(false);
      throw timedOut(vendor);
    });
    await expect(late).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(given).toHaveLength(2);
  });

  test("asks nothing more for a caller who left", async () => {
    const caller = new AbortController();
    let asked = 0;
    const run = retrying({ ...options(), signal: caller.signal }, async (signal) => {
      asked += 1;
      caller.abort();
      expect(signal.aborted).toBe(true);
      throw timedOut(vendor);
    });
    await expect(run).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(asked).toBe(1);
  });

  test("asks nothing more when it is told not to go on", async () => {
    let asked = 0;
    const run = retrying({ ...options(), mayContinue: () => false }, async () => {
      asked += 1;
      throw unavailable(vendor);
    });
    await expect(run).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(asked).toBe(1);
  });

  test("ends an attempt that takes longer than it may", async () => {
    const run = retrying({ ...options(), attempts: 1, attempt_ms: 20 }, async (signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      throw timedOut(vendor, signal.reason);
    });
    await expect(run).rejects.toMatchObject({ code: "upstream_timeout" });
  });
});
