/**
 * `npm run test:samples -- FOLDER`: feeds answers that vendors' real APIs gave through the connectors, and prints what
 * came of them. They aren't part of the project.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { type Outcome, pageOf } from "../test/samples/table.ts";
import { runTests } from "./run-tests.ts";

const USAGE = 2;
const ROOT = join(import.meta.dirname, "..");

const command = new Command("test:samples")
  .description("Feeds samples of vendors' real answers through the connectors.")
  .argument("[folder]", "where the samples are: crowdstrike/index.json, okta/index.json, …")
  .option("--write", "writes the table to docs/connectors/samples.md")
  .parse();
const [folder] = command.args;

if (folder === undefined || !existsSync(folder) || !statSync(folder).isDirectory()) {
  const problem = folder === undefined ? "no folder was given" : `${folder} is not a folder`;
  console.error(`test:samples: ${problem}. Pass the folder that holds the samples:`);
  console.error("  npm run test:samples -- FOLDER");
  process.exitCode = USAGE;
} else {
  process.exitCode = await runTests("test/samples", { VENDOR_SAMPLES: resolve(folder) });
  const outcomes = JSON.parse(readFileSync(join(ROOT, "artefacts/samples.json"), "utf8")) as Outcome[];
  const page = pageOf(outcomes);
  console.log(page.slice(page.indexOf("| vendor")));
  if (command.opts<{ write?: boolean }>().write) {
    writeFileSync(join(ROOT, "docs/connectors/samples.md"), page);
  }
}
