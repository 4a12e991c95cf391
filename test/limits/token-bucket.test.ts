import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rate, TokenBucket } from "../../src/limits/token-bucket.ts";

const MINUTE_MS = 60_000;
const START = Date.parse("2026-11-22T10:00:00Z");

const perMinute = fc.integer({ min: 1, max: 1_000_000_000 });
/** Calls at moments that never go back, in milliseconds after one another. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(20_000)), { minLength: 1, maxLength: 200 });

describe("a token bucket", () => {
  it("never gives more in any stretch of time than its burst and what flows in meanwhile", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), gaps, (per_minute, between) => {
        const { burst } = rate(per_minute);
        const bucket = new TokenBucket(rate(per_minute), START);
        const given: number[] = [];
        let now = START;
        for (const gap of between) {
          now += gap;
          if (bucket.take(now) === 0) given.push(now);
        }
        for (const [first, from] of given.entries()) {
          for (const [last, to] of given.entries()) {
            if (last < first) continue;
            expect(last - first + 1).toBeLessThanOrEqual(burst + ((to - from) * per_minute) / MINUTE_MS);
          }
        }
      }),
      { seed: 6 },
    );
  });

  it("tells the truth about how long to wait: then there is a token, and a millisecond earlier there is none", () => {
    fc.assert(
      fc.property(perMinute, gaps, (per_minute, between) => {
        const bucket = new TokenBucket(rate(per_minute), START);
        let now = START;
        for (const gap of between) {
          now += gap;
          let wait_ms = bucket.take(now);
          // Bursts of large rates are too long to be drawn one by one.
          if (wait_ms === 0) bucket.grant(Number.MAX_SAFE_INTEGER, now);
          wait_ms = bucket.take(now);
          if (wait_ms === 0) continue;
          expect(bucket.take(now + wait_ms - 1)).toBe(1);
          expect(bucket.take(now + wait_ms)).toBe(0);
          now += wait_ms;
        }
      }),
      { seed: 6 },
    );
  });

  it("is full again after ten seconds, whatever its rate: an object that forgets it gives nothing away", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 1_000_000_000 }), (per_minute) => {
        const { burst } = rate(per_minute);
        const bucket = new TokenBucket(rate(per_minute), START);
        expect(bucket.grant(burst + 1, START).granted).toBe(burst);
        expect(bucket.grant(burst + 1, START + 10_000).granted).toBe(burst);
      }),
      { seed: 6 },
    );
  });

  it("gives nothing for a clock that was set back", () => {
    const bucket = new TokenBucket(rate(60), START);
    expect(bucket.grant(100, START).granted).toBe(10);
    expect(bucket.take(START - MINUTE_MS)).toBe(1_000);
    expect(bucket.take(START + 999)).toBe(1);
    expect(bucket.take(START + 1_000)).toBe(0);
  });

  it("grants what it has of what is wanted, and names the time only when it has nothing", () => {
    const bucket = new TokenBucket(rate(60), START);
    expect(bucket.grant(8, START)).toEqual({ granted: 8, retry_after_ms: 0 });
    expect(bucket.grant(8, START)).toEqual({ granted: 2, retry_after_ms: 0 });
    expect(bucket.grant(8, START)).toEqual({ granted: 0, retry_after_ms: 1_000 });
  });
});
