/**
 * `npm run --silent sql -- "SELECT …"`: rows of the audit database as a JSON array, whether the instance runs or
 * not. It can only read. STATE_DIR says where the state is.
 */
import { queryDatabase } from "./database-file.ts";

const [query, ...rest] = process.argv.slice(2);
try {
  if (query === undefined || rest.length > 0) throw new Error('usage: npm run --silent sql -- "SELECT …"');
  const rows = queryDatabase(process.env.STATE_DIR || ".state", query);
  process.stdout.write(`${JSON.stringify(rows)}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
