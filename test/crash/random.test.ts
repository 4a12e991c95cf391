import { expect, test } from "vitest";
import { killAtRandom } from "./random-kills.ts";

/** `KILLS=100 SEED=7 npm test -- test/crash/random.test.ts` runs longer, or as it ran before. */
const kills = Number(process.env.KILLS || 20);
const seed = Number(process.env.SEED || Date.now() % 2 ** 31);

test(`${kills} random kills under load break no promise (SEED=${seed})`, {
  timeout: 180_000 + kills * 10_000,
}, async () => {
  const summary = await killAtRandom(seed, kills);
  console.info(JSON.stringify(summary));
  expect(summary.violations).toEqual([]);
  // It was a test only if there was something to lose.
  expect(Math.min(summary.lost, summary.effects, summary.in_doubt)).toBeGreaterThan(0);
});
