import { describe, expect, test } from "vitest";
import { Breaker } from "../../src/downstream/breaker.ts";
import { Clock } from "./example-vendor.ts";

function failing(times: number): { breaker: Breaker; clock: Clock } {
  const clock = new Clock();
  const breaker = new Breaker({ threshold: 5, open_ms: 10_000, now: clock.now });
  for (let nth = 0; nth < times; nth++) breaker.report(false);
  return { breaker, clock };
}

describe("a circuit breaker", () => {
  test("lets everything through until five requests in a row have failed", () => {
    const { breaker } = failing(4);
    expect(breaker.refusal()).toBeNull();
    breaker.report(false);
    expect(breaker.state).toBe("open");
    expect(breaker.refusal()).toBe(10_000);
  });

  test("counts failures in a row, not in all", () => {
    const { breaker } = failing(4);
    breaker.report(true);
    for (let nth = 0; nth < 4; nth++) breaker.report(false);
    expect(breaker.state).toBe("closed");
  });

  test("says how long it still stays open", () => {
    const { breaker, clock } = failing(5);
    clock.advance(7_500);
    expect(breaker.refusal()).toBe(2_500);
  });

  test("sends one request ahead after the open time, and no other", () => {
    const { breaker, clock } = failing(5);
    clock.advance(10_000);
    expect(breaker.refusal()).toBeNull();
    expect(breaker.state).toBe("half_open");
    expect(breaker.refusal()).toBe(10_000);
  });

  test("closes when the one that was sent ahead is answered", () => {
    const { breaker, clock } = failing(5);
    clock.advance(10_000);
    breaker.refusal();
    breaker.report(true);
    expect(breaker.state).toBe("closed");
    expect(breaker.refusal()).toBeNull();
  });

  test("opens for the whole time again when the one that was sent ahead fails", () => {
    const { breaker, clock } = failing(5);
    clock.advance(10_000);
    breaker.refusal();
    clock.advance(300);
    breaker.report(false);
    expect(breaker.refusal()).toBe(10_000);
  });

  test("isn't held half-open by a request of which nothing is heard again", () => {
    const { breaker, clock } = failing(5);
    clock.advance(10_000);
    breaker.refusal();
    clock.advance(10_000);
    expect(breaker.refusal()).toBeNull();
  });

  test("doesn't stay open longer because requests that were on their way fail as well", () => {
    const { breaker, clock } = failing(5);
    clock.advance(6_000);
    breaker.report(false);
    expect(breaker.refusal()).toBe(4_000);
  });
});
