import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lease } from "../../src/limits/lease.ts";
import { rate, TokenBucket } from "../../src/limits/token-bucket.ts";

const START = Date.parse("2026-11-22T10:00:00Z");

/** Several holders of leases on one bucket, and a clock of theirs. */
class Estate {
  now = START;
  asked = 0;
  reachable = true;
  readonly bucket: TokenBucket;
  readonly holders: readonly Lease[];
  #background: Promise<void>[] = [];

  constructor(per_minute: number, size: number, holders: number) {
    this.bucket = new TokenBucket(rate(per_minute), START);
    this.holders = Array.from(
      { length: holders },
      () =>
        new Lease(
          size,
          async (wanted) => {
            this.asked += 1;
            if (!this.reachable) throw new Error("unreachable");
            return this.bucket.grant(wanted, this.now);
          },
          () => this.now,
        ),
    );
  }

  async take(holder: number): Promise<number> {
    const wait_ms = await (this.holders[holder] as Lease).take((work) => this.#background.push(work));
    await Promise.all(this.#background.splice(0));
    return wait_ms;
  }
}

describe("leases on one bucket", () => {
  it("together spend what the bucket gives, and at most one lease each beyond it", async () => {
    const spends = fc.array(fc.record({ holder: fc.nat(3), gap: fc.oneof(fc.constant(0), fc.nat(2_000)) }), {
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 6, max: 3_000 }),
        fc.integer({ min: 1, max: 40 }),
        spends,
        async (...it) => {
          const [per_minute, size, order] = it;
          const estate = new Estate(per_minute, size, 4);
          let spent = 0;
          for (const { holder, gap } of order) {
            estate.now += gap;
            if ((await estate.take(holder)) === 0) spent += 1;
          }
          const flowed = ((estate.now - START) * per_minute) / 60_000;
          expect(spent).toBeLessThanOrEqual(rate(per_minute).burst + flowed + 4 * size);
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  it("lend the first tokens and give none away: who wakes anew to a spent bucket gets no further than its answer", async () => {
    const woken = 20;
    const estate = new Estate(60, 8, woken);
    estate.bucket.grant(1_000, START);
    let spent = 0;
    for (let holder = 0; holder < woken; holder += 1) {
      for (let nth = 0; nth < 8; nth += 1) if ((await estate.take(holder)) === 0) spent += 1;
    }
    expect(spent).toBe(woken);
  });

  it("let a holder spend again after the time that was named, if nobody else was quicker", async () => {
    const estate = new Estate(60, 2, 1);
    let wait_ms = 0;
    while (wait_ms === 0) wait_ms = await estate.take(0);
    expect(wait_ms).toBe(1_000);
    estate.now += wait_ms - 1;
    expect(await estate.take(0)).toBe(1);
    estate.now += 1;
    expect(await estate.take(0)).toBe(0);
  });

  it("ask the bucket a fraction as often as they spend", async () => {
    const estate = new Estate(6_000, 100, 1);
    for (let spent = 0; spent < 900; spent += 1) expect(await estate.take(0)).toBe(0);
    expect(estate.asked).toBeLessThan(900 / 40);
  });

  it("give one lease a second when the bucket can't be reached", async () => {
    const estate = new Estate(60, 5, 1);
    estate.reachable = false;
    const spent = async () => {
      let n = 0;
      while ((await estate.take(0)) === 0) n += 1;
      return n;
    };
    await spent();
    estate.now += 60_000;
    expect(await spent()).toBeLessThanOrEqual(2 * 5);
  });

  it("are not stopped by an answer that never comes", async () => {
    let now = START;
    const answers: Promise<{ granted: number; retry_after_ms: number }>[] = [
      Promise.withResolvers<never>().promise,
    ];
    const ask = () => answers.shift() ?? Promise.resolve({ granted: 4, retry_after_ms: 0 });
    const lease = new Lease(4, ask, () => now);
    for (let spent = 0; spent < 20; spent += 1) {
      expect(await lease.take(() => {})).toBe(0);
      now += 1;
    }
  });
});
