import { describe, expect, it } from "vitest";
import { type Act, askingFor, confidenceIn, pauseOf, standingProblems } from "../../src/person/standing.ts";

const S = 1_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
const limits = { max_age: 5 * MINUTE, grace: 8 * HOUR, sign_in: HOUR, read_grace: 24 * HOUR };
const NOW = 1_000 * HOUR;

const asking = (act: Act, age: number) =>
  askingFor(limits, act, { confirmed_at: NOW - age, renewable: true }, NOW);
const confidence = (act: Act, age: number, renewable = true) =>
  confidenceIn(limits, act, { confirmed_at: NOW - age, renewable }, NOW);

describe("the identity provider's word on a person", () => {
  it.each([
    ["read", 15 * MINUTE, "no"],
    ["read", 15 * MINUTE + 1, "beside"],
    ["read", HOUR, "beside"],
    ["read", HOUR + 1, "before"],
    ["change", 5 * MINUTE, "no"],
    ["change", 5 * MINUTE + 1, "before"],
    ["protect", 5 * MINUTE, "no"],
    ["protect", 5 * MINUTE + 1, "before"],
  ] as const)("for a %s at the age of %i ms is renewed: %s", (act, age, wanted) => {
    expect(asking(act, age)).toBe(wanted);
  });

  it.each([
    ["read", HOUR, "confirmed"],
    ["read", HOUR + 1, "unconfirmed"],
    ["read", 24 * HOUR, "unconfirmed"],
    ["read", 24 * HOUR + 1, "stale"],
    ["protect", 5 * MINUTE + 1, "unconfirmed"],
    ["protect", 8 * HOUR, "unconfirmed"],
    ["protect", 8 * HOUR + 1, "stale"],
    ["change", 5 * MINUTE, "confirmed"],
    ["change", 5 * MINUTE + 1, "stale"],
  ] as const)(
    "carries a %s at the age of %i ms while the provider can't be asked: %s",
    (act, age, wanted) => {
      expect(confidence(act, age)).toBe(wanted);
    },
  );

  it.each([
    ["read", 24 * HOUR, "confirmed"],
    ["read", 24 * HOUR + 1, "stale"],
    ["protect", HOUR, "confirmed"],
    ["protect", HOUR + 1, "stale"],
    ["change", HOUR, "confirmed"],
    ["change", HOUR + 1, "stale"],
  ] as const)("carries a %s at the age of %i ms where it can't be renewed: %s", (act, age, wanted) => {
    expect(confidence(act, age, false)).toBe(wanted);
  });

  it("carries no change that protects where the grace is 0", () => {
    const none = { ...limits, grace: 0 };
    const known = { confirmed_at: NOW - 5 * MINUTE - 1, renewable: true };
    expect(confidenceIn(none, "protect", known, NOW)).toBe("stale");
  });

  it("is asked for again no later than it stops counting for a change", () => {
    expect(pauseOf(limits)).toBe(MINUTE);
    expect(pauseOf({ ...limits, max_age: 10 * S })).toBe(10 * S);
  });
});

describe("the variables", () => {
  const good = {
    STANDING_MAX_AGE_S: "300",
    STANDING_GRACE_S: "0",
    STANDING_SIGN_IN_S: "3600",
    STANDING_READ_GRACE_S: "86400",
  } as Env;

  it.each(["", "-1", "1.5", "1e3", " 5", "3601"])("name what is wrong with %j", (value) => {
    expect(standingProblems({ ...good, STANDING_MAX_AGE_S: value } as unknown as Env)).toEqual([
      "STANDING_MAX_AGE_S must be a whole number of seconds from 0 to 3600",
    ]);
  });

  it("are fine as they are", () => {
    expect(standingProblems(good)).toEqual([]);
  });
});
