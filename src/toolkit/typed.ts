/** Checks a tool's data against its declaration, and drops whatever isn't declared. */
import { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import type { Tool } from "./tool.ts";

/**
 * `data` as the tool declared it: what isn't declared doesn't leave, and what a schema calls reported text leaves
 * bounded, legible and without secrets. Everything that a tool answers passes here, before it is kept or shown.
 * @throws Failure `internal` if the tool's own mapping doesn't keep what its declaration promises
 */
export function typed(tool: Tool, data: unknown): JsonObject {
  const parsed = tool.output.safeParse(data);
  if (parsed.success) return parsed.data as JsonObject;
  throw new Failure("internal", `Sallyport could not put the answer of ${tool.name} into its own form.`, {
    next_step: "Tell the people who run this instance, and give them the audit_id.",
    cause: parsed.error,
  });
}
