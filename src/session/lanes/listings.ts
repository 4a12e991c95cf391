/** What a caller can ask for, as both protocol eras list it: by role, in one order, and made once in an isolate's life. */
import { covers } from "../../auth/scope-check.ts";
import type { Prompt } from "../../catalogue/prompts/prompt.ts";
import { type Resource, uriOf } from "../../catalogue/resources/resource.ts";
import { inputJsonSchema } from "../../path/input.ts";
import { outputJsonSchema } from "../../path/output.ts";
import { scopesOfRoles } from "../../toolkit/scopes.ts";
import type { Tool } from "../../toolkit/tool.ts";
import type { LaneHost } from "./lane.ts";

/** Whom a list is for. */
export type Viewer = Pick<LaneHost, "roles" | "offers" | "catalogue">;

/** True for what a viewer is shown. */
type Shown = (tool: Tool) => boolean;

/** One entry of `tools/list`. */
export interface ToolListing {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: "object"; [key: string]: unknown };
  outputSchema: { type: "object"; [key: string]: unknown };
  annotations: Tool["annotations"] & { readonly title: string };
}

/** One entry of `resources/list`. */
export interface ResourceListing {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
}

/** One entry of `resources/templates/list`. */
export interface TemplateListing {
  uriTemplate: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
}

/** One entry of `prompts/list`. */
export interface PromptListing {
  name: string;
  title: string;
  description: string;
  arguments: { name: string; description: string; required: boolean }[];
}

/** What a resource holds: a result, as `structuredContent` has it. */
export const RESOURCE_TYPE = "application/json";

/** As many as the protocol allows in one answer. */
const MOST_COMPLETIONS = 100;

const tools = new WeakMap<Tool, ToolListing>();

/** The tools that a role may use, of those offered. By role, not by token: a client must see a tool in order to step up. */
export function listTools(viewer: Viewer): ToolListing[] {
  return viewer.catalogue.tools.filter(shownTo(viewer)).map(toolListing);
}

/** The resources that exist whatever the vendors hold. */
export function listResources(viewer: Viewer): ResourceListing[] {
  const shows = shownTo(viewer);
  return viewer.catalogue.resources
    .filter(({ read }) => shows(read))
    .flatMap((resource) =>
      resource.listed.map((listed) => {
        const { name, title, description } = listed;
        return { uri: uriOf(resource, listed), name, title, description, mimeType: RESOURCE_TYPE };
      }),
    );
}

/** The kinds of resources that are found by an id. */
export function listTemplates(viewer: Viewer): TemplateListing[] {
  const shows = shownTo(viewer);
  return viewer.catalogue.resources
    .filter(({ read, template }) => template.variableNames.length > 0 && shows(read))
    .map(({ name, title, description, template }) => ({
      uriTemplate: String(template),
      name,
      title,
      description,
      mimeType: RESOURCE_TYPE,
    }));
}

/** The prompts whose tools a role may use, of those offered. */
export function listPrompts(viewer: Viewer): PromptListing[] {
  return viewer.catalogue.prompts
    .filter((prompt) => showsPrompt(viewer, prompt))
    .map(({ name, title, description, arguments: given }) => ({
      name,
      title,
      description,
      arguments: given.map(({ name, description, required }) => ({ name, description, required })),
    }));
}

/** What `completion/complete` completes: an argument of a prompt, or the variable of a resource's template. */
export type Completed =
  | { readonly type: "ref/prompt"; readonly name: string }
  | { readonly type: "ref/resource"; readonly uri: string };

/**
 * The values that begin with what was typed, or `null` if there is nothing of that
 * name to complete. Only what the lists show anyway is completed: no vendor is asked for each key that is pressed.
 */
export function complete(
  viewer: Viewer,
  completed: Completed,
  { name, value }: { readonly name: string; readonly value: string },
): { values: string[]; total: number; hasMore: boolean } | null {
  const shows = shownTo(viewer);
  const { catalogue } = viewer;
  const all =
    completed.type === "ref/prompt"
      ? ofPrompt(viewer, catalogue.prompt(completed.name), name)
      : ofResource(shows, catalogue.template(completed.uri), name);
  if (all === null) return null;
  const values = all.filter((each) => each.startsWith(value));
  const most = values.slice(0, MOST_COMPLETIONS);
  return { values: most, total: values.length, hasMore: values.length > most.length };
}

function ofPrompt(viewer: Viewer, prompt: Prompt | undefined, argument: string): readonly string[] | null {
  if (prompt === undefined || !showsPrompt(viewer, prompt)) return null;
  return prompt.arguments.find((each) => each.name === argument)?.values ?? null;
}

function ofResource(shows: Shown, found: Resource | undefined, argument: string): readonly string[] | null {
  if (found === undefined || !found.template.variableNames.includes(argument) || !shows(found.read))
    return null;
  return found.listed.flatMap(({ variables }) => variables[argument] ?? []);
}

function shownTo({ roles, offers }: Viewer): Shown {
  const allowed = scopesOfRoles(roles);
  return (tool) => covers(allowed, tool) && offers(tool);
}

function showsPrompt(viewer: Viewer, { read, tools }: Prompt): boolean {
  const shows = shownTo(viewer);
  return [read, ...tools.map(({ name }) => viewer.catalogue.tool(name))].every(
    (tool) => tool !== undefined && shows(tool),
  );
}

function toolListing(tool: Tool): ToolListing {
  const known = tools.get(tool);
  if (known !== undefined) return known;
  const { name, title, description, annotations } = tool;
  const inputSchema = { ...inputJsonSchema(tool), type: "object" as const };
  const outputSchema = { ...outputJsonSchema(tool), type: "object" as const };
  // Some clients read the title from the tool, and some from its annotations.
  const made = {
    name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations: { title, ...annotations },
  };
  tools.set(tool, made);
  return made;
}
