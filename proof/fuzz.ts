/** `npm run test:fuzz -- --cases N [--seed S]`: hostile requests and hostile vendors, for as long as one likes. */
import { Command } from "commander";
import { runTests } from "./run-tests.ts";
import { wholeNumber } from "./whole-number.ts";

const { cases, seed } = new Command("test:fuzz")
  .description(
    "Sends requests that nobody should send, to vendors that nobody should trust, and judges each answer.",
  )
  .option("--cases <n>", "how many", wholeNumber, 100_000)
  .option("--seed <n>", "where the randomness begins", wholeNumber, 20_261_122)
  .parse()
  .opts<{ cases: number; seed: number }>();

process.exitCode = await runTests("test/fuzz", { FUZZ_CASES: String(cases), FUZZ_SEED: String(seed) });
