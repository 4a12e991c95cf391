/**
 * `npm run doctor -- URL [--sign-in] [--json]`: looks at a running instance from outside, and says for each thing
 * that is wrong what to do. Exit 1 when anything failed.
 */
import { password } from "@inquirer/prompts";
import { Command, InvalidArgumentError } from "commander";
import type { Administrator } from "./doctor/detail.ts";
import { examine } from "./doctor/examine.ts";
import { printReport } from "./doctor/report.ts";

const { PORT = "8787" } = process.env;

const program = new Command("doctor")
  .description("Checks a running instance from outside.")
  .argument("[url]", "its origin", origin, `http://localhost:${PORT}`)
  .option("--sign-in", "look at what only administrators may see, with the cookie of your console session")
  .option("--json", "print the report as one line of JSON")
  .action(run);

await program.parseAsync();

async function run(url: string, { signIn, json }: { signIn?: boolean; json?: boolean }): Promise<void> {
  const report = await examine({ url, ...(signIn ? { administrator: await administrator() } : {}) });
  if (json) console.log(JSON.stringify(report));
  else printReport(report, console.log);
  if (!report.ok) process.exitCode = 1;
}

/** Typed without being shown: whoever has the cookie is the administrator for as long as it holds. */
async function administrator(): Promise<Administrator> {
  const message = "Value of the cookie __Host-sallyport-console (from your browser; not shown)";
  return { cookie: (await password({ message })).trim() };
}

function origin(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError("must be an http or https URL");
  return url.origin;
}
