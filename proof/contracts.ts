/**
 * `npm run test:contracts -- FOLDER`: holds our requests, and the simulators' answers, against the vendors' own
 * OpenAPI documents. They are published by the vendors, some without a licence to pass them on, so they aren't here.
 */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { runTests } from "./run-tests.ts";

const USAGE = 2;

const command = new Command("test:contracts")
  .description("Holds requests and simulators against the vendors' OpenAPI documents.")
  .argument("[folder]", "where the documents are: crowdstrike.json, okta.json, tenable.json, …")
  .parse();
const [folder] = command.args;

if (folder === undefined || !existsSync(folder) || !statSync(folder).isDirectory()) {
  const problem = folder === undefined ? "no folder was given" : `${folder} is not a folder`;
  console.error(`test:contracts: ${problem}. Pass the folder that holds the vendors' OpenAPI documents:`);
  console.error("  npm run test:contracts -- FOLDER");
  process.exitCode = USAGE;
} else {
  process.exitCode = await runTests("test/contracts", { VENDOR_SPECS: resolve(folder) });
}
