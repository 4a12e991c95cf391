/** Arguments for a tool, from its own JSON Schema: mostly right, wrong here and there, or nothing of the kind. */
import fc from "fast-check";
import { hostileText, hostileValue } from "./hostile.ts";

/** As much of JSON Schema as tools' inputs use. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Ids that exist, by the name of the argument that takes them. */
export type Known = ReadonlyMap<string, readonly string[]>;

/** What is left out of a sound call: each of these makes it another one, or none. */
const UNUSUAL: ReadonlySet<string> = new Set([
  "cursor",
  "supersedes",
  "idempotency_key",
  "finding_id",
  "alert_ids",
]);

/** A sound call of the tool, about something that exists. */
export function soundArguments(inputSchema: unknown, known: Known): fc.Arbitrary<object> {
  const { properties = {}, required = [] } = inputSchema as Schema;
  const usual = Object.entries(properties).filter(([name]) => !UNUSUAL.has(name));
  const fitting = Object.fromEntries(usual.map(([name, schema]) => [name, soundValue(name, schema, known)]));
  return fc.record(fitting, { requiredKeys: [...required] });
}

/** A call with something wrong with it, or with nothing right. */
export function hostileArguments(inputSchema: unknown, known: Known): fc.Arbitrary<unknown> {
  const names = Object.keys((inputSchema as Schema).properties ?? {});
  const name = names.length === 0 ? hostileText : fc.oneof(fc.constantFrom(...names), hostileText);
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(soundArguments(inputSchema, known), name, hostileValue)
        .map(([args, at, value]) => withOwn(args, at, value)),
    },
    { weight: 1, arbitrary: hostileValue },
  );
}

/** `args` with one property more, or another: `__proto__`, too, as a parsed body would have it. */
function withOwn(args: object, name: string, value: unknown): object {
  const copy = { ...args };
  Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

function soundValue(name: string, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const ids = known.get(name);
  if (ids !== undefined) return fc.constantFrom(...ids);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "array":
      return fc.array(soundValue("", schema.items ?? {}, known), { minLength: 1, maxLength: 1 });
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 30) });
    default:
      return soundText(schema);
  }
}

function soundText({ pattern, format, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (format === "date-time") return fc.constantFrom("2025-11-01T00:00:00Z", "2026-11-01T10:00:00.000+02:00");
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength));
  return fc.integer({ min: 0, max: 100_000 }).map((nth) => `Fuzzing ${nth}`);
}
