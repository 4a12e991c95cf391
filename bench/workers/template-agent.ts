/** The stateful template: an `McpAgent`, one object for each protocol session, behind the OAuth provider. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpAgent } from "agents/mcp";
import { templateProvider } from "./template-provider.ts";
import { answer, type TemplateEnv, templateTools } from "./template-tools.ts";

export class TemplateAgent extends McpAgent<TemplateEnv & Cloudflare.Env> {
  server = new McpServer({ name: "template", version: "1.0.0" });

  async init(): Promise<void> {
    for (const { name, config } of templateTools()) {
      this.server.registerTool(name, config, (args) => answer(this.env, args));
    }
  }
}

export default templateProvider(TemplateAgent.serve("/mcp", { binding: "MCP_OBJECT" }));
