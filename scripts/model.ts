/** `npm run test:model -- --runs N [--seed S]`: the model of effects, for as long as one likes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

const { runs, seed } = new Command("test:model")
  .description(
    "Plays random interleavings of calls, crashes, approvals and lost answers, and checks what must hold.",
  )
  .option("--runs <n>", "how many", wholeNumber, 100_000)
  .option("--seed <n>", "where the randomness begins", wholeNumber, 20_261_122)
  .parse()
  .opts<{ runs: number; seed: number }>();

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", "--project", "node", "test/model"], {
  stdio: "inherit",
  env: { ...process.env, MODEL_RUNS: String(runs), MODEL_SEED: String(seed) },
});
const [code] = await once(child, "exit");
process.exitCode = code ?? 1;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("must be a whole number");
  return value;
}
