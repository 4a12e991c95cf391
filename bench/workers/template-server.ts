import { env } from "cloudflare:workers";
import { McpServer } from "@modelcontextprotocol/server";
import { createMcpHandler } from "agents/mcp/server";
import { templateProvider } from "./template-provider.ts";
import { answer, type TemplateEnv, type TemplateTool } from "./template-tools.ts";

/** A fresh `McpServer` for each request, behind the OAuth provider. */
export function statelessTemplate(tools: () => readonly TemplateTool[]): ReturnType<typeof templateProvider> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "template", version: "1.0.0" });
    for (const { name, config } of tools()) {
      server.registerTool(name, config, (args) => answer(env as unknown as TemplateEnv, args));
    }
    return server;
  });
  return templateProvider({ fetch: (request, env, ctx) => handler(request, env, ctx) });
}
