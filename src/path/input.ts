/** Strict in: zod objects that refuse what they don't know, and errors that a model can act on. */
import * as z from "zod";
import { Failure } from "../toolkit/failure.ts";
import { halfCharacters, issuesOf } from "../toolkit/issues.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { isLegibleLine } from "../toolkit/text/hidden.ts";
import type { Tool } from "../toolkit/tool.ts";

/** What a target's name may be made of: an approver has to see all of it. */
const Legible = z
  .string()
  .min(1)
  .max(200)
  .refine(isLegibleLine, "must be one line without control or invisible characters");

/** Any text of the caller's. However it is typed, it names the same finding. */
const FindingId = z.string().trim().normalize("NFC").pipe(Legible);

/**
 * What every state change takes besides its own arguments. None of it is part of the action's identity. Its
 * limits are kept out of the JSON Schema: repeated for every tool, they would cost each client's context window,
 * and whoever exceeds one is told.
 */
const CHANGE_ARGUMENTS = {
  reason: z.string().trim().min(1).max(1000).describe("Why; for audit and approver"),
  finding_id: FindingId.describe("What it responds to, by any id of yours").optional(),
  idempotency_key: Legible.describe("Yours; the same key again returns the first result").optional(),
  supersedes: z.string().max(80).optional().describe("Operation to repeat on purpose"),
};

const LIMITS = ["minLength", "maxLength"] as const;

/** The validated arguments of a state change, taken apart. */
export interface ChangeInput {
  /** The tool's own arguments. */
  readonly own: JsonObject;
  readonly reason: string;
  readonly finding_id: string | null;
  readonly idempotency_key: string | null;
  readonly supersedes: string | null;
}

const schemas = new WeakMap<Tool, z.ZodObject>();
const jsonSchemas = new WeakMap<Tool, JsonObject>();

function isCommon(schema: unknown): boolean {
  return Object.values<unknown>(CHANGE_ARGUMENTS).some(
    (common) => common === schema || (common instanceof z.ZodOptional && common.unwrap() === schema),
  );
}

/** The whole input of a tool, strict. */
function inputSchema(tool: Tool): z.ZodObject {
  const known = schemas.get(tool);
  if (known !== undefined) return known;
  const shape = tool.kind === "change" ? { ...tool.input.shape, ...CHANGE_ARGUMENTS } : tool.input.shape;
  const schema = z.strictObject(shape);
  schemas.set(tool, schema);
  return schema;
}

/** The input of a tool as JSON Schema. Generated once in an isolate's life. */
export function inputJsonSchema(tool: Tool): JsonObject {
  const known = jsonSchemas.get(tool);
  if (known !== undefined) return known;
  const { $schema: _dialect, ...schema } = z.toJSONSchema(inputSchema(tool), {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (isCommon(zodSchema)) for (const name of LIMITS) delete jsonSchema[name];
    },
  });
  jsonSchemas.set(tool, schema as JsonObject);
  return schema as JsonObject;
}

/**
 * The arguments of a call, as the tool declared them.
 * @throws Failure `invalid_input` with every issue
 */
export function parseInput(tool: Tool, args: unknown): JsonObject {
  const schema = inputSchema(tool);
  const parsed = schema.safeParse(withoutNulls(schema, args ?? {}));
  const issues = parsed.success
    ? halfCharacters(parsed.data as JsonObject)
    : issuesOf(schema, parsed.error.issues);
  if (parsed.success && issues.length === 0) return parsed.data as JsonObject;
  throw new Failure("invalid_input", `The arguments of ${tool.name} are not valid. Nothing was done.`, {
    issues,
    next_step: "Correct each argument listed in issues, then call again.",
  });
}

/** Clients whose schemas know no absent fields write `null` for an optional argument that they leave out. */
function withoutNulls({ shape }: z.ZodObject, args: unknown): unknown {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return args;
  return Object.fromEntries(
    Object.entries(args).filter(([name, value]) => value !== null || !isOptional(shape[name])),
  );
}

function isOptional(schema: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(undefined).success;
}

/** Separates what a change is about from the words around it. */
export function takeApart(input: JsonObject): ChangeInput {
  const { reason, finding_id, idempotency_key, supersedes, ...own } = input;
  return {
    own,
    reason: String(reason),
    finding_id: textOrNull(finding_id),
    idempotency_key: textOrNull(idempotency_key),
    supersedes: textOrNull(supersedes),
  };
}

function textOrNull(value: JsonObject[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
