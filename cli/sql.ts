/**
 * `npm run --silent sql -- "SELECT …"`: rows of the audit database as a JSON array, whether the instance runs or
 * not. It can only read. STATE_DIR says where the state is.
 */
import { Command } from "commander";
import { queryDatabase } from "./local/database-file.ts";

const { args } = new Command("sql")
  .description("Prints rows of the audit database as JSON, whether the instance runs or not. It only reads.")
  .argument("<query>", 'such as "SELECT tool, outcome FROM audit_events LIMIT 5"')
  .addHelpText("after", "\nEnvironment: STATE_DIR (.state).")
  .parse();
const [query = ""] = args;
try {
  const rows = queryDatabase(process.env.STATE_DIR || ".state", query);
  process.stdout.write(`${JSON.stringify(rows)}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
