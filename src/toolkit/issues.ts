/** What is wrong with an input, in words for a model. Pure. */
import * as z from "zod";
import type { Issue } from "./failure.ts";
import type { Json, JsonObject } from "./json.ts";
import { shown } from "./text/shown.ts";

/** As much of a name that the caller made up as is repeated to them, in characters. */
const LONGEST_NAME = 64;

/** As many issues as are told. A body full of unknown fields must not come back many times as large. */
const MOST = 50;

/**
 * What zod found wrong, as issues that a model can act on: each with what to do about it.
 * @param schema the whole input's, whose descriptions say where values come from
 */
export function issuesOf(schema: z.ZodObject, found: readonly z.core.$ZodIssue[]): Issue[] {
  const all = found.flatMap((issue) => told(schema, issue));
  if (all.length <= MOST) return all;
  const rest = all.length - MOST;
  return [
    ...all.slice(0, MOST),
    { path: "", message: `There are ${rest} more.`, hint: "Correct those that are listed, then call again." },
  ];
}

/** Texts with half of a surrogate pair in them: no encoding has it, so nothing could be digested, kept or sent. */
export function halfCharacters(input: JsonObject): Issue[] {
  return Object.entries(input)
    .filter(([, value]) => !isWellFormed(value))
    .map(([path]) => ({
      path,
      message: "This text has half of a character in it.",
      hint: "Write the whole character, or leave it out.",
    }));
}

function isWellFormed(value: Json): boolean {
  if (typeof value === "string") return value.isWellFormed();
  return typeof value !== "object" || value === null || Object.values<Json>(value).every(isWellFormed);
}

function told(schema: z.ZodObject, issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map(String).join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [path, shown(key, LONGEST_NAME)].filter((part) => part !== "").join("."),
        message: "This field is not known here.",
        allowed: Object.keys(schema.shape),
        hint: "Leave it out, or use one of the allowed names.",
      }));
    case "invalid_value":
      return [
        {
          path,
          message: "This value is not one of those allowed.",
          allowed: issue.values.map(String),
          hint: "Use one of the allowed values, spelled as shown.",
        },
      ];
    case "invalid_type":
      return [
        {
          path,
          message: "This field is missing or has the wrong type.",
          expected: issue.expected,
          hint: `Give it as ${issue.expected}. Nothing is converted for you.`,
        },
      ];
    case "too_small":
    case "too_big":
      return [{ path, ...outside(issue) }];
    case "invalid_format":
      return [
        {
          path,
          message: "This value doesn't have the form it needs.",
          expected: issue.pattern ?? issue.format,
          hint: hintOf(schema, issue),
        },
      ];
    default:
      return [
        {
          path,
          message: sentence(`This value ${ownWords(issue) ?? "is not valid"}`),
          hint: hintOf(schema, issue),
        },
      ];
  }
}

function outside(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Omit<Issue, "path"> {
  const few = issue.code === "too_small";
  const expected = few ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  const unit = UNITS[issue.origin] ?? "";
  return {
    message: few ? "This value is too small or too short." : "This value is too large or too long.",
    expected,
    hint: `Give ${expected}${unit}.`,
  };
}

const UNITS: Readonly<Record<string, string>> = { string: " characters", array: " entries" };

/** What to do about a value: the schema's own words for what it must be, and where to get one. */
function hintOf(schema: z.ZodObject, issue: z.core.$ZodIssue): string {
  const source = describedAs(schema, String(issue.path[0] ?? ""));
  const must = ownWords(issue);
  const first = must === null ? "Give it in the form that expected shows." : sentence(`It ${must}`);
  return source === null ? first : `${first} ${sentence(source)}`;
}

/** The words that a schema brought for an issue, without those that zod makes up. */
function ownWords({ message }: z.core.$ZodIssue): string | null {
  return message.startsWith("Invalid") ? null : message;
}

function describedAs({ shape }: z.ZodObject, field: string): string | null {
  let schema: unknown = shape[field];
  while (schema instanceof z.ZodType) {
    if (schema.description !== undefined) return schema.description;
    schema = schema instanceof z.ZodOptional ? schema.unwrap() : undefined;
  }
  return null;
}

function sentence(words: string): string {
  return words.endsWith(".") ? words : `${words}.`;
}
