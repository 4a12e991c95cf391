/** Everything that can be asked for, and how it is found. */
import type { ChangeTool, Tool } from "./path/tool.ts";
import type { Prompt } from "./prompts/prompt.ts";
import { prompts } from "./prompts/prompts.ts";
import { argumentsIn, type Resource } from "./resources/resource.ts";
import { resources } from "./resources/resources.ts";
import { tools } from "./tools.ts";

/** All tools, in the order in which `tools/list` shows them. */
export const TOOLS: readonly Tool[] = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));

const BY_NAME: ReadonlyMap<string, Tool> = new Map(TOOLS.map((tool) => [tool.name, tool]));
if (BY_NAME.size !== TOOLS.length) throw new TypeError("two tools have the same name");

/** The tool called `name`, if there is one. */
export function findTool(name: string): Tool | undefined {
  return BY_NAME.get(name);
}

/** All kinds of resources, in the order in which they are listed. */
export const RESOURCES: readonly Resource[] = resources;

/** All prompts, in the order in which they are listed. */
export const PROMPTS: readonly Prompt[] = prompts;

/** The kind of resource that `uri` names one of, and the arguments that it holds for the read behind it. */
export function findResource(uri: string): { resource: Resource; args: Record<string, string> } | undefined {
  for (const resource of RESOURCES) {
    const args = argumentsIn(resource, uri);
    if (args !== null) return { resource, args };
  }
  return undefined;
}

/** The prompt called `name`, if there is one. */
export function findPrompt(name: string): Prompt | undefined {
  return PROMPTS.find((prompt) => prompt.name === name);
}

/** The state-changing tool that an operation was made by. */
export function changeTool(name: string): ChangeTool {
  const tool = BY_NAME.get(name);
  if (tool?.kind !== "change") throw new TypeError(`${name} is not a state-changing tool`);
  return tool;
}
