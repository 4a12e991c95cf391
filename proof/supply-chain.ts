/**
 * `npm run supply-chain [-- --offline]`: pins, hashes, licences and install scripts of what is installed, and what the
 * registry knows against what is deployed. Exit 1 when something is wrong, or when the registry wasn't asked.
 */
import { join } from "node:path";
import { Command } from "commander";
import { readAdvisories } from "./supply-chain/advisories.ts";
import { installationProblems } from "./supply-chain/installation-problems.ts";
import { licenceProblems, needlessExceptions } from "./supply-chain/licences.ts";
import { readInstallation } from "./supply-chain/packages.ts";

const root = join(import.meta.dirname, "..");
const { offline } = new Command("supply-chain")
  .description("Checks what this project is made of.")
  .option("--offline", "don't ask the registry for known vulnerabilities")
  .parse()
  .opts<{ offline?: boolean }>();

const installation = readInstallation(root);
const { packages } = installation;
const lasting = packages.filter(({ dev }) => !dev).length;
console.log(`${packages.length} packages are installed, ${lasting} of them not for development alone.`);

const problems = [
  ...installationProblems(installation),
  ...licenceProblems(packages),
  ...needlessExceptions(packages),
];
if (!offline) {
  const advisories = await readAdvisories(root);
  if (advisories.asked) problems.push(...advisories.problems);
  else problems.push(`Known vulnerabilities: ${advisories.why}; ask another one, or use --offline.`);
}
for (const problem of problems) console.log(problem);
if (problems.length === 0) console.log("Pins, hashes, licences and install scripts are in order.");
else process.exitCode = 1;
