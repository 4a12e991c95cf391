/** Tools' schemas as whoever follows the templates' documentation has them: written out in the function that builds a server. */
import { z } from "zod";

/** A JSON Schema, as far as the inputs of our tools use it. */
export interface InputSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, InputSchema>>;
  readonly required?: readonly string[];
  readonly items?: InputSchema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/** The tool's input in the form that schemas are exchanged in. */
export function inputSchemaOf(input: z.ZodType): InputSchema {
  return z.toJSONSchema(input, { io: "input" }) as InputSchema;
}

/**
 * Makes the schema of an input anew, by the calls of Zod that one would write by hand. Doing so from a description costs
 * little more than having them in the source, which a test of the bench can't keep equal to ours.
 * @throws TypeError for what no tool uses yet
 */
export function writtenShape({ properties = {}, required = [] }: InputSchema): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const written = described(schema);
    if (schema.default !== undefined) shape[name] = written.default(schema.default);
    else shape[name] = required.includes(name) ? written : written.optional();
  }
  return shape;
}

function described(schema: InputSchema): z.ZodType {
  const written = plain(schema);
  return schema.description === undefined ? written : written.describe(schema.description);
}

function plain(schema: InputSchema): z.ZodType {
  switch (schema.type) {
    case "string":
      return schema.enum === undefined ? text(schema) : z.enum(schema.enum);
    case "integer":
      return whole(schema);
    case "array":
      return list(schema);
    default:
      throw new TypeError(`no tool had a schema of type ${schema.type} yet`);
  }
}

function text({ format, pattern, minLength, maxLength }: InputSchema): z.ZodType {
  // By name: the pattern that Zod would build for it each time is a cost that a careful writer avoids.
  let written = format === undefined ? z.string() : z.string().meta({ format });
  if (minLength !== undefined) written = written.min(minLength);
  if (maxLength !== undefined) written = written.max(maxLength);
  return pattern === undefined ? written : written.regex(new RegExp(pattern));
}

function whole({ minimum, maximum }: InputSchema): z.ZodType {
  let written = z.int();
  if (minimum !== undefined) written = written.min(minimum);
  return maximum === undefined ? written : written.max(maximum);
}

function list({ items = {}, minItems, maxItems }: InputSchema): z.ZodType {
  let written = z.array(described(items));
  if (minItems !== undefined) written = written.min(minItems);
  return maxItems === undefined ? written : written.max(maxItems);
}
