import { findPrompt, findResource, findTool } from "../catalogue.ts";
import type { Failure } from "./failure.ts";
import type { Call } from "./ports.ts";
import { unknownPrompt, unknownResource, unknownTool } from "./refusals.ts";
import type { Tool } from "./tool.ts";

/** What answers a call, and the arguments for it: the client's, or those that a resource's URI holds. */
export interface Declaration {
  readonly tool: Tool;
  readonly args: unknown;
}

/** The declaration that answers a call. What a client asks for has another name in each method. */
export function findDeclaration({ method, name, args }: Pick<Call, "method" | "name" | "args">) {
  switch (method) {
    case "tools/call":
      return declared(findTool(name), args);
    case "prompts/get":
      return declared(findPrompt(name)?.read, args);
    case "resources/read": {
      const found = findResource(name);
      return declared(found?.resource.read, found?.args);
    }
  }
}

/** The refusal of a call that nothing here answers. */
export function undeclared({ method, name }: Pick<Call, "method" | "name">): Failure {
  switch (method) {
    case "tools/call":
      return unknownTool(name);
    case "prompts/get":
      return unknownPrompt(name);
    case "resources/read":
      return unknownResource(name);
  }
}

function declared(tool: Tool | undefined, args: unknown): Declaration | null {
  return tool === undefined ? null : { tool, args };
}
