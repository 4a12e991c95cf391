/** `npm run token`: signs in at the lab through the real flow, and prints the tokens. */
import { Command } from "commander";
import { OFFLINE_ACCESS } from "../src/auth/consent/offer.ts";
import { ALL_SCOPES, isScope } from "../src/toolkit/scopes.ts";
import { signIn } from "./oauth-client.ts";

const { PORT = "8787" } = process.env;

const command = new Command("token")
  .description("Signs in at the lab with a fresh client and prints its tokens as one line of JSON.")
  .requiredOption("--user <login>", "lab user, such as responder")
  .requiredOption("--scope <scopes>", 'what to ask for, such as "devices:read devices:contain"')
  .option("--url <url>", "the MCP endpoint", `http://localhost:${PORT}/mcp`)
  .parse();
const { user, scope, url } = command.opts<{ user: string; scope: string; url: string }>();

try {
  const unknown = scope.split(" ").filter((name) => name !== OFFLINE_ACCESS && !isScope(name));
  if (unknown.length > 0)
    throw new Error(`there is no scope "${unknown.join('", "')}"; the scopes are ${ALL_SCOPES.join(", ")}`);
  const tokens = await signIn({ mcpUrl: url, user, scope });
  if (!sameScopes(tokens.scope, scope))
    throw new Error(`asked for "${scope}" and was granted "${tokens.scope}"`);
  console.log(JSON.stringify(tokens));
} catch (thrown) {
  const { message, cause } = thrown instanceof Error ? thrown : new Error(String(thrown));
  console.error(`token: ${message}${cause instanceof Error ? ` (${cause.message})` : ""}`);
  process.exitCode = 1;
}

function sameScopes(one: string, other: string): boolean {
  const sorted = (scopes: string) => scopes.split(" ").filter(Boolean).sort().join(" ");
  return sorted(one) === sorted(other);
}
