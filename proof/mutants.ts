/**
 * `npm run test:mutants [-- --only NAME… | --list] [--json]`: takes each guard out in turn, in a copy of the
 * project, and shows which test notices. Exit 1 when one survives without an explanation.
 */
import { Command } from "commander";
import { MUTANTS } from "./mutants/guards.ts";
import { MutantRun, type Outcome } from "./mutants/run.ts";

const { only, list, json } = new Command("test:mutants")
  .description("Takes each guard of the path, the effects and the audit out, and shows that a test fails.")
  .option("--only <names...>", "these alone; a name may be the beginning of several")
  .option("--list", "say what there is, and run nothing")
  .option("--json", "print the outcomes as JSON at the end")
  .parse()
  .opts<{ only?: string[]; list?: true; json?: true }>();

/** What runs in Node is done in seconds and goes first. */
const cost = (tests: readonly string[]): number => tests.filter((test) => test.includes(".worker.")).length;
const chosen = MUTANTS.filter(({ name }) => only?.some((prefix) => name.startsWith(prefix)) ?? true).toSorted(
  (a, b) => cost(a.tests) - cost(b.tests),
);
if (list) {
  for (const { name, file } of chosen) console.log(`${name}  ${file}`);
} else {
  await tryAll();
}

async function tryAll(): Promise<void> {
  const run = await MutantRun.begin();
  const outcomes: Outcome[] = [];
  try {
    for (const mutant of chosen) {
      const outcome = await run.try(mutant);
      outcomes.push(outcome);
      console.error(lineOf(outcome));
    }
  } finally {
    await run.end();
  }
  const open = outcomes.filter(({ outcome, explained }) => outcome !== "killed" && explained === undefined);
  console.error(`${outcomes.length} guards taken out, ${open.length} of them without anybody noticing`);
  if (json) console.log(JSON.stringify(outcomes, null, 2));
  process.exitCode = open.length === 0 ? 0 : 1;
}

function lineOf({ name, outcome, by, explained, ms }: Outcome): string {
  const said =
    outcome === "killed" ? `by "${by[0]}"${by.length > 1 ? ` and ${by.length - 1} more` : ""}` : "";
  return [`${outcome.toUpperCase()} ${name}`, said, explained ?? "", `(${Math.round(ms / 1_000)} s)`]
    .filter((part) => part !== "")
    .join(" ");
}
