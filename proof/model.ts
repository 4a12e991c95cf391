/** `npm run test:model -- --runs N [--seed S]`: the model of effects, for as long as one likes. */
import { Command } from "commander";
import { runTests } from "./run-tests.ts";
import { wholeNumber } from "./whole-number.ts";

const { runs, seed } = new Command("test:model")
  .description(
    "Plays random interleavings of calls, crashes, approvals and lost answers, and checks what must hold.",
  )
  .option("--runs <n>", "how many", wholeNumber, 100_000)
  .option("--seed <n>", "where the randomness begins", wholeNumber, 20_261_122)
  .parse()
  .opts<{ runs: number; seed: number }>();

process.exitCode = await runTests("test/model", { MODEL_RUNS: String(runs), MODEL_SEED: String(seed) });
