/** What the two templates have in common: the tools and the vendor, without anything that governs them. */
import { TOOLS } from "../../src/catalogue.ts";
import type { Tool } from "../../src/path/tool.ts";

/** A template's own bindings. */
export interface TemplateEnv {
  readonly MCP_RESOURCE: string;
  readonly VENDOR_BASE_URL: string;
}

/** What both SDKs' `registerTool` take, for one tool. */
export interface TemplateTool {
  readonly name: string;
  readonly config: {
    readonly title: string;
    readonly description: string;
    readonly inputSchema: Tool["input"]["shape"];
    readonly annotations: { -readonly [hint in keyof Tool["annotations"]]: boolean };
  };
}

/**
 * Sallyport's own list of tools. Their schemas exist already when a request comes, which favours the templates:
 * their documentation writes them into the function that runs for each request.
 */
export const TEMPLATE_TOOLS: readonly TemplateTool[] = TOOLS.map(
  ({ name, title, description, annotations, input }) => ({
    name,
    config: { title, description, annotations, inputSchema: input.shape },
  }),
);

/** A tool's answer in the way of the documentation: asks the vendor, and passes on what it says. */
export async function answer(
  { VENDOR_BASE_URL }: TemplateEnv,
  args: Readonly<Record<string, unknown>>,
): Promise<{ content: { type: "text"; text: string }[] }> {
  const response = await fetch(`${VENDOR_BASE_URL}/devices/entities/devices/v2`, {
    method: "POST",
    headers: { authorization: "Bearer vendor-token", "content-type": "application/json" },
    body: JSON.stringify({ ids: [args.device_id] }),
  });
  const { resources } = (await response.json()) as { resources: unknown[] };
  return { content: [{ type: "text", text: JSON.stringify(resources[0]) }] };
}
