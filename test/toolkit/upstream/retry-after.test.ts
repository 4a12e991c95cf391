import { describe, expect, test } from "vitest";
import { crowdstrike } from "../../../src/connectors/crowdstrike/errors.ts";
import { rateLimited } from "../../../src/toolkit/upstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../../src/toolkit/upstream/retry-after.ts";

const now = Date.parse("2026-11-22T10:00:00.250Z");

describe("a header that names a moment", () => {
  test.each([
    ["milliseconds since the epoch", String(now + 1_500), 1_500],
    ["seconds since the epoch", String(Math.ceil(now / 1000) + 2), 2_750],
    ["a moment that has passed, in milliseconds", String(now - 60_000), 0],
    ["a moment that has passed, in seconds", String(Math.floor(now / 1000) - 60), 0],
    ["a number of seconds", "30", 30_000],
  ])("is read as %s by its magnitude", (_, value, expected) => {
    expect(waitByMagnitude(value, now)).toBe(expected);
  });

  test.each([null, "", "soon", "-5", "1e9", "NaN"])("is not guessed from %j", (value) => {
    expect(waitByMagnitude(value, now)).toBeNull();
  });
});

describe("Retry-After", () => {
  test.each([
    ["seconds", "7", 7_000],
    ["a date", "Sun, 22 Nov 2026 10:00:05 GMT", 4_750],
    ["a date that has passed", "Sun, 22 Nov 2026 09:00:00 GMT", 0],
  ])("is read as %s", (_, value, expected) => {
    expect(waitByRetryAfter(new Headers({ "retry-after": value }), now)).toBe(expected);
  });

  test("is nothing where it is missing or makes no sense", () => {
    expect(waitByRetryAfter(new Headers(), now)).toBeNull();
    expect(waitByRetryAfter(new Headers({ "retry-after": "soon" }), now)).toBeNull();
  });
});

test("nobody is told to wait for longer than a day, whatever a header says", () => {
  const retry_after_ms = waitByRetryAfter(new Headers({ "retry-after": "9".repeat(20) }), now);
  expect(rateLimited(crowdstrike, { retry_after_ms }).detail.retry_after_ms).toBe(86_400_000);
});
