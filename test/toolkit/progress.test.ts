import { expect, it } from "vitest";
import { Progress, type ProgressUpdate } from "../../src/toolkit/progress.ts";

/** What a client hears of updates that come at the given times. */
function heard(...updates: readonly (readonly [at: number, progress: number])[]): number[] {
  let now = 0;
  const sent: ProgressUpdate[] = [];
  const progress = new Progress(
    (update) => sent.push(update),
    () => now,
  );
  for (const [at, done] of updates) {
    now = at;
    progress.report({ progress: done });
  }
  progress.end();
  progress.report({ progress: 1_000 });
  return sent.map((update) => update.progress);
}

it("rises, and never repeats itself or goes back", () => {
  expect(heard([0, 1], [1_000, 1], [2_000, 0], [3_000, 2])).toEqual([1, 2]);
});

it("doesn't flood a client, however often a tool reports", () => {
  const often = Array.from({ length: 1_000 }, (_, ms) => [ms, ms] as const);
  expect(heard(...often)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
});

it("ends with the answer", () => {
  expect(heard()).toEqual([]);
});

it("costs nothing where nobody listens", () => {
  const progress = new Progress(undefined, () => {
    throw new Error("the clock was asked");
  });
  expect(() => progress.report({ progress: 1 })).not.toThrow();
});
