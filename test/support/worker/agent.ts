import { env } from "cloudflare:workers";
import { type Schema, Validator } from "@cfworker/json-schema";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Requester } from "../../../src/effect/machine/operation.ts";
import type { Result } from "../../../src/path/answer.ts";
import { outputJsonSchema } from "../../../src/path/output.ts";
import { CALLER_HEADER } from "../../../src/session/caller.ts";
import { catalogue } from "../deployed.ts";

export const ALL = ["devices:read", "devices:contain", "audit:read"];

/** An MCP client that talks to a person's session object, with a token of the given scopes. */
export async function agentOf(requester: Requester, scopes: readonly string[] = ALL): Promise<Client> {
  const { session_id, client_id } = requester;
  const session = env.SESSION.getByName(session_id);
  const client = new Client(
    { name: "test", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(`${env.PUBLIC_URL}/mcp`), {
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("host", new URL(env.PUBLIC_URL).host);
      headers.set(CALLER_HEADER, JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }));
      return session.fetch(new Request(url, { ...init, headers }));
    },
  });
  await client.connect(transport);
  return client;
}

/** What one call of one tool came to. */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Result> {
  const { structuredContent } = await client.callTool({ name, arguments: args });
  expectPublished(name, structuredContent);
  return structuredContent as unknown as Result;
}

/** Whatever came of a call has the form that `tools/list` publishes. The client only looks where nothing failed. */
function expectPublished(name: string, result: unknown): void {
  const tool = catalogue.tool(name);
  if (tool === undefined) return;
  const schema = outputJsonSchema(tool) as unknown as Schema;
  const { valid, errors } = new Validator(schema, "2020-12", false).validate(result);
  if (!valid) throw new Error(`${name} answers in another form than it publishes: ${JSON.stringify(errors)}`);
}

/** Like {@link call}, again for as long as the answer is that somebody else's call of the same is under way. */
export async function insist(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Result> {
  for (;;) {
    const result = await call(client, name, args);
    if (result.status !== "error" || result.error.code !== "operation_in_progress") return result;
  }
}
