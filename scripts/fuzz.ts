/** `npm run test:fuzz -- --cases N [--seed S]`: hostile requests and hostile vendors, for as long as one likes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

const { cases, seed } = new Command("test:fuzz")
  .description(
    "Sends requests that nobody should send, to vendors that nobody should trust, and judges each answer.",
  )
  .option("--cases <n>", "how many", wholeNumber, 100_000)
  .option("--seed <n>", "where the randomness begins", wholeNumber, 20_261_122)
  .parse()
  .opts<{ cases: number; seed: number }>();

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", "--project", "node", "test/fuzz"], {
  stdio: "inherit",
  env: { ...process.env, FUZZ_CASES: String(cases), FUZZ_SEED: String(seed) },
});
const [code] = await once(child, "exit");
process.exitCode = code ?? 1;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("must be a whole number");
  return value;
}
