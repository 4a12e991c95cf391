/** What a tool's results look like, as JSON Schema: for clients that hand a model typed results, or hold them against it. */
import * as z from "zod";
import type { JsonObject } from "../toolkit/json.ts";
import type { Tool } from "../toolkit/tool.ts";

/** Words that say how a value is checked. They cost more than they tell: what leaves has been checked here. */
const CHECKS = new Set([
  "required",
  "propertyNames",
  "$schema",
  "$defs",
  "description",
  "pattern",
  "format",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minItems",
  "maxItems",
  "additionalProperties",
  "default",
]);

/** Typed in full at `sallyport://schemas/result`. */
const OPEN = { type: "object" } as const;

const known = new WeakMap<Tool, JsonObject>();

/**
 * The schema of every result of a tool, errors included. `status` and `data` are typed; the rest is the same for all
 * tools, and open here. Generated once in an isolate's life.
 */
export function outputJsonSchema(tool: Tool): JsonObject {
  const made = known.get(tool);
  if (made !== undefined) return made;
  const data = bare(z.toJSONSchema(tool.output, { io: "output", override: simplified })) as JsonObject;
  const schema = {
    type: "object",
    properties: {
      status: { enum: tool.kind === "read" ? READ_STATUSES : CHANGE_STATUSES },
      notice: { type: "string" },
      next_step: { type: "string" },
      data,
      ...(tool.kind === "read" ? { coverage: OPEN } : { operation: OPEN }),
      error: OPEN,
    },
    required: ["status"],
  };
  known.set(tool, schema);
  return schema;
}

const READ_STATUSES = ["ok", "not_found", "error"];
const CHANGE_STATUSES = ["ok", "not_found", "pending_approval", "error"];

/** An object whose values may be anything, as short as it can be said. */
function simplified({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  if (!(zodSchema instanceof z.ZodRecord)) return;
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  jsonSchema.type = "object";
}

/** How deep `data` is typed: itself, and the things in its lists. What they consist of is left open. */
const TYPED_DEPTH = 2;

/** A schema without {@link CHECKS}. A property may be called like one of them, so names of properties stay. */
function bare(node: unknown, depth = 0): unknown {
  if (Array.isArray(node)) return node.map((item) => bare(item, depth));
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => !CHECKS.has(key));
  return Object.fromEntries(
    kept.flatMap(([key, value]) => {
      // Hosts that map schemas onto a dialect of one type each can't read a list of types.
      if (key === "type" && Array.isArray(value)) return [["anyOf", value.map((type) => ({ type }))]];
      // The words say what type they are.
      if (key === "type" && "enum" in node) return [];
      if (key !== "properties") return [[key, bare(value, depth)]];
      if (depth === TYPED_DEPTH) return [];
      const properties = Object.entries(value as object);
      return [[key, Object.fromEntries(properties.map(([name, of]) => [name, bare(of, depth + 1)]))]];
    }),
  );
}
