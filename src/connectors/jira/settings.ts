import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";
import type { Json, JsonObject } from "../../toolkit/tool.ts";
import { PRIORITIES, type Priority } from "./priorities.ts";

/** What `create_ticket` fills in by itself. */
const OURS: readonly string[] = ["project", "issuetype", "summary", "description", "priority", "labels"];

/** A JSON object in a variable; empty for none. */
function jsonIn<Schema extends z.ZodType>(object: Schema, example: string) {
  return z
    .string()
    .default("")
    .transform((text, context) => {
      const parsed = object.safeParse(jsonOf(text === "" ? "{}" : text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: "custom", message: `must be empty or a JSON object such as ${example}` });
      return z.NEVER;
    });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const Named = z.string().trim().min(1);
const PriorityNames = jsonIn(
  z.strictObject(Object.fromEntries(PRIORITIES.map((name) => [name, Named.optional()]))),
  '{"high":"High","critical":"Highest"}',
);
const FieldName = z
  .string()
  .regex(/^[a-z]\w*$/i)
  .refine((name) => !OURS.includes(name));
const FixedFields = jsonIn(
  z.record(FieldName, z.json()),
  `{"customfield_10045":{"value":"A"}}, without ${OURS.join(", ")}`,
);

/** What says where and how it is asked, secrets aside. */
export const jiraSettings = z.object({
  JIRA_BASE_URL: BaseUrl,
  JIRA_PROJECT: z.string().regex(/^[A-Z][A-Z0-9_]+$/, "must be a project's key, such as SEC"),
  JIRA_ISSUE_TYPE: z.string().min(1, "must be the name or the id of an issue type of the project"),
  JIRA_PRIORITIES: PriorityNames,
  JIRA_FIELDS: FixedFields,
  JIRA_SETTLE_MS: Milliseconds,
});

/** The customer's Jira: its site, or `https://api.atlassian.com/ex/jira/<cloudId>` for tokens with scopes. */
export function baseUrl(env: Env): string {
  return env.JIRA_BASE_URL;
}

/** Key of the one project that tickets are searched and created in. */
export function project(env: Env): string {
  return env.JIRA_PROJECT;
}

/** The issue type of new tickets, as Jira is told it. Digits alone are an id. */
export function issueType(env: Env): { readonly id: string } | { readonly name: string } {
  return byIdOrName(env.JIRA_ISSUE_TYPE);
}

/** What the project calls our priorities, by name or id. One without a name isn't in the project's scheme. */
export function priorityNames(env: Env): ReadonlyMap<Priority, string> {
  const names: Readonly<Record<string, string | undefined>> = PriorityNames.parse(env.JIRA_PRIORITIES);
  return new Map(
    PRIORITIES.flatMap((priority) => {
      const name = names[priority];
      return name === undefined ? [] : [[priority, name] as const];
    }),
  );
}

/** Fields that each new ticket gets, for projects that require more than we fill in. */
export function fixedFields(env: Env): JsonObject {
  return FixedFields.parse(env.JIRA_FIELDS) as Readonly<Record<string, Json>>;
}

/** How Jira is told one of a list: digits alone are an id. */
export function byIdOrName(text: string): { readonly id: string } | { readonly name: string } {
  return /^\d+$/.test(text) ? { id: text } : { name: text };
}

/**
 * How long after its deadline a creation can still show for the first time, in milliseconds: until it lands,
 * and until the search index has it. The vendor bounds neither, so it is for whoever runs the instance to know;
 * `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.JIRA_SETTLE_MS);
}
