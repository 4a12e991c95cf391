/** Reads the settings that say which Jira project tickets go to, and how new ones are filled in. */
import * as z from "zod";
import { PRIORITIES, type Priority } from "../../capabilities/tickets/ticket.ts";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";

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
  JIRA_BASE_URL: BaseUrl.describe(
    "the site, `https://acme.atlassian.net`, or `https://api.atlassian.com/ex/jira/<cloudId>` for tokens with scopes",
  ),
  JIRA_PROJECT: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]+$/, "must be a project's key, such as SEC")
    .describe("key of the one project that tickets are searched and created in"),
  JIRA_ISSUE_TYPE: z
    .string()
    .min(1, "must be the name or the id of an issue type of the project")
    .describe(
      "name or id of the issue type of new tickets. It needs summary, description and labels on its create screen. Digits alone are an id",
    ),
  JIRA_PRIORITIES: PriorityNames.describe(
    "a JSON object: what the project calls `low`, `medium`, `high` and `critical`, by name or id. Empty if priority isn't on the create screen",
  ),
  JIRA_FIELDS: FixedFields.describe(
    'a JSON object of fields that each new ticket gets, for a project that requires more: `{"customfield_10045":{"value":"A"}}`. It can\'t replace project, issuetype, summary, description, priority or labels',
  ),
  JIRA_SETTLE_MS: Milliseconds.describe(
    "how long after its deadline a creation can still show for the first time in a search, in milliseconds: until it lands, and until Jira's index has it. Empty if you know no bound",
  ),
});

export type JiraSettings = z.output<typeof jiraSettings>;

/** The issue type of new tickets, as Jira is told it. Digits alone are an id. */
export function issueType({
  JIRA_ISSUE_TYPE,
}: JiraSettings): { readonly id: string } | { readonly name: string } {
  return byIdOrName(JIRA_ISSUE_TYPE);
}

/** What the project calls our priorities, by name or id. One without a name isn't in the project's scheme. */
export function priorityNames({ JIRA_PRIORITIES }: JiraSettings): ReadonlyMap<Priority, string> {
  const names: Readonly<Record<string, string | undefined>> = JIRA_PRIORITIES;
  return new Map(
    PRIORITIES.flatMap((priority) => {
      const name = names[priority];
      return name === undefined ? [] : [[priority, name] as const];
    }),
  );
}

/** How Jira is told one of a list: digits alone are an id. */
export function byIdOrName(text: string): { readonly id: string } | { readonly name: string } {
  return /^\d+$/.test(text) ? { id: text } : { name: text };
}
