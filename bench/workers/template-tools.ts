/** What the two templates have in common: the tools and the vendor, without anything that governs them. */
import type { z } from "zod";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { inputSchemaOf, writtenShape } from "./written-schema.ts";

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
    readonly inputSchema: Record<string, z.ZodType>;
    readonly annotations: { -readonly [hint in keyof Tool["annotations"]]: boolean };
  };
}

const WRITTEN = new Catalogue(deployment).tools.map((tool) => ({ tool, schema: inputSchemaOf(tool.input) }));

/**
 * Sallyport's own list of tools, their schemas made anew: the documentation of both templates writes them into the
 * function that builds a server, which for the stateless one runs for each request.
 */
export function templateTools(): TemplateTool[] {
  return WRITTEN.map(({ tool: { name, title, description, annotations }, schema }) => ({
    name,
    config: { title, description, annotations, inputSchema: writtenShape(schema) },
  }));
}

/** The same, for whoever knows better than the documentation: the schemas exist before the first request. */
export const PREPARED_TOOLS: readonly TemplateTool[] = templateTools();

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
