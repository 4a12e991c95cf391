import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { everyMinute } from "../../../cli/local/cron.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-22T10:00:20.000Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

const unexpected = (error: unknown): never => {
  throw error;
};

test("it runs at each full minute and is told which", async () => {
  const times: string[] = [];
  const stop = everyMinute(async (at) => times.push(at.toISOString()), unexpected);
  await vi.advanceTimersByTimeAsync(39_999);
  expect(times).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_001);
  stop();
  expect(times).toEqual(["2026-11-22T10:01:00.000Z", "2026-11-22T10:02:00.000Z"]);
});

test("a run that takes longer than a minute is not overlapped by the next", async () => {
  let running = 0;
  let most = 0;
  const starts: string[] = [];
  const stop = everyMinute(async (at) => {
    starts.push(at.toISOString());
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 90_000));
    running--;
  }, unexpected);
  await vi.advanceTimersByTimeAsync(300_000);
  stop();
  expect(most).toBe(1);
  expect(starts).toEqual([
    "2026-11-22T10:01:00.000Z",
    "2026-11-22T10:03:00.000Z",
    "2026-11-22T10:05:00.000Z",
  ]);
});

test("a run that fails is reported and doesn't keep the next from running", async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const failure = new Error("once");
  const stop = everyMinute(
    async () => {
      if (++runs === 1) throw failure;
    },
    (error) => errors.push(error),
  );
  await vi.advanceTimersByTimeAsync(120_000);
  stop();
  expect(errors).toEqual([failure]);
  expect(runs).toBe(2);
});

test("once stopped it runs no more, not even after the run under way", async () => {
  let runs = 0;
  const stop = everyMinute(async () => {
    runs++;
    stop();
  }, unexpected);
  await vi.advanceTimersByTimeAsync(180_000);
  expect(runs).toBe(1);
});
