/** What a model sees of a tool, whoever serves it. */
import type * as z from "zod";
import type { ChangeTool } from "./change.ts";
import type { ReadTool } from "./read.ts";
import type { Scope } from "./scopes.ts";
import type { Credential } from "./upstream/credential.ts";

/** MCP's hints to clients. All four are required here, and must be true. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** A tool's public face. */
export interface Face<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** Public name, snake case, at most 64 characters. */
  readonly name: string;
  readonly title: string;
  /** For the model: what it does, what it returns, when to use it. */
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** The scope a caller needs. `any` admits every signed-in person whose role holds any scope. */
  readonly scope: Scope | "any";
  /**
   * For what only leads on to tools: their scopes. The role must allow all of them; the token needn't hold them yet,
   * because it is those tools that need them.
   */
  readonly leads_to?: readonly Scope[];
  /** A strict object: unknown fields are refused. */
  readonly input: Input;
  /** What `data` holds in the answer. Validated before anything is passed on. */
  readonly output: Output;
}

export type Tool = ReadTool | ChangeTool;

/** Every credential that a tool may use. */
export function credentialsOf(tool: Tool): readonly Credential[] {
  if (tool.kind === "read") return tool.credentials;
  return [...tool.ports.values()].flatMap(({ credential, read_credential }) => [credential, read_credential]);
}
