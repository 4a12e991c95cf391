import { expect, test } from "vitest";
import { killAtRandom } from "./random-kills.ts";

/** `npm run test:crash -- --kills N --seed S` runs longer, or as it ran before. */
const KILLS = 8;
const SEED = 20261122;

test(`${KILLS} kills under load break no promise`, { timeout: 480_000 }, async () => {
  const summary = await killAtRandom({ kills: KILLS, seed: SEED });
  console.info(JSON.stringify(summary));
  expect(summary.violations).toEqual([]);
  // It was a test only if there was something to lose.
  expect(Math.min(summary.lost, summary.effects, summary.in_doubt)).toBeGreaterThan(0);
});
