import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairShare } from "../../src/limits/fair-share.ts";

const START = Date.parse("2026-11-22T10:00:00Z");
const PER_MINUTE = 60;
/** More than any budget here: who gets as many isn't held back. */
const MOST = 1_000;

/** Takes one request after another for somebody, as long as they may. Returns how many. */
function takeAll(shares: FairShare, who: string, now = START): number {
  for (let taken = 0; taken < MOST; taken += 1) {
    if (waitOf(shares, who, now) > 0) return taken;
    shares.note([[who, 1]], now);
  }
  return Number.POSITIVE_INFINITY;
}

function waitOf(shares: FairShare, who: string, now: number): number {
  return new Map(shares.overShare(now)).get(who) ?? 0;
}

describe("a person", () => {
  test("who is alone has no share to keep to", () => {
    expect(takeAll(new FairShare(PER_MINUTE), "one")).toBe(Number.POSITIVE_INFINITY);
  });

  test("gets at most half of what the others have left, once another has asked", () => {
    const shares = new FairShare(PER_MINUTE);
    shares.note([["another", 0]], START);
    expect(takeAll(shares, "one")).toBe(PER_MINUTE / 2);
    expect(takeAll(shares, "another")).toBe(PER_MINUTE / 3);
  });

  test("who took it all while alone has had their share when another comes, who gets an equal part", () => {
    const shares = new FairShare(PER_MINUTE);
    shares.note([["one", PER_MINUTE]], START);
    shares.note([["another", 0]], START);
    expect(waitOf(shares, "one", START)).toBeGreaterThan(0);
    expect(takeAll(shares, "another")).toBe(PER_MINUTE / 3);
  });

  test("is told exactly how long to wait", () => {
    const shares = new FairShare(PER_MINUTE);
    shares.note([["another", 0]], START);
    takeAll(shares, "one");
    const later = START + 30_000;
    shares.note([["another", 0]], later);
    const wait_ms = waitOf(shares, "one", later);
    expect(waitOf(shares, "one", later + wait_ms - 1)).toBeGreaterThan(0);
    expect(waitOf(shares, "one", later + wait_ms)).toBe(0);
  });

  test("gets all of it again a minute after the others left", () => {
    const shares = new FairShare(PER_MINUTE);
    shares.note([["another", 1]], START);
    takeAll(shares, "one");
    expect(takeAll(shares, "one", START + 65_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("whoever comes next gets an equal part, however many were there and however greedy they are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 60, max: 600 }), (people, per_minute) => {
      const shares = new FairShare(per_minute);
      const names = Array.from({ length: people }, (_, nth) => `person ${nth}`);
      shares.note(
        [...names, "newcomer"].map((who) => [who, 0] as const),
        START,
      );
      for (const who of names) takeAll(shares, who);
      expect(takeAll(shares, "newcomer")).toBeGreaterThanOrEqual(Math.floor(per_minute / (people + 2)));
    }),
    { numRuns: 20, seed: 1 },
  );
});
