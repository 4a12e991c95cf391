/** The stateless template: a fresh `McpServer` for each request, behind the OAuth provider. */

import { env } from "cloudflare:workers";
import { McpServer } from "@modelcontextprotocol/server";
import { createMcpHandler } from "agents/mcp/server";
import { templateProvider } from "./template-provider.ts";
import { answer, TEMPLATE_TOOLS, type TemplateEnv } from "./template-tools.ts";

function createServer(): McpServer {
  const server = new McpServer({ name: "template", version: "1.0.0" });
  for (const { name, config } of TEMPLATE_TOOLS) {
    server.registerTool(name, config, (args) => answer(env as unknown as TemplateEnv, args));
  }
  return server;
}

const mcpHandler = createMcpHandler(createServer);

export default templateProvider({ fetch: (request, env, ctx) => mcpHandler(request, env, ctx) });
