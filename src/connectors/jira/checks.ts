/** What can be wrong with Jira's settings, seen by looking: account, project, and the screen that new tickets go through. */

import * as z from "zod";
import { records } from "../../toolkit/lists/records.ts";
import { shown } from "../../toolkit/text/shown.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { jiraCredentials } from "./credentials.ts";
import { JIRA_OPERATIONS } from "./errors.ts";
import { searchIssues } from "./issues.ts";
import { ticketsJql } from "./jql.ts";
import { CurrentUser } from "./schemas.ts";
import { type JiraSettings, priorityNames } from "./settings.ts";

const NAME_LENGTH = 60;
const MOST_NAMES = 20;

const text = z.string().nullish();
const IssueTypes = z.object({ issueTypes: records(z.object({ id: z.string(), name: text })) });
const Screen = z.object({
  fields: records(
    z.object({
      fieldId: z.string(),
      required: z.boolean().nullish(),
      hasDefaultValue: z.boolean().nullish(),
      allowedValues: z.array(z.object({ id: text, name: text })).nullish(),
    }),
  ),
});
type Field = z.output<typeof Screen>["fields"]["records"][number];

/** What a new ticket can't do without. */
const NEEDED = ["summary", "description", "labels"];
const FILLED_IN: ReadonlySet<string> = new Set([...NEEDED, "project", "issuetype", "priority"]);

const whoAmI = { operation: JIRA_OPERATIONS.whoAmI, method: "GET", path: "/rest/api/3/myself" } as const;

export const jiraChecks: readonly VendorCheck<JiraSettings>[] = [
  {
    name: "account and project",
    credential: jiraCredentials.read,
    async run(upstream, settings) {
      await searchIssues(upstream, ticketsJql(settings.JIRA_PROJECT, {}), 1, null, []);
      return [];
    },
  },
  {
    name: "account",
    credential: jiraCredentials.create,
    async run(upstream) {
      await upstream.read(whoAmI, CurrentUser);
      return [];
    },
  },
  { name: "create screen", credential: jiraCredentials.create, run: createScreen },
];

async function createScreen(upstream: Upstream, settings: JiraSettings): Promise<readonly string[]> {
  const base = `/rest/api/3/issue/createmeta/${encodeURIComponent(settings.JIRA_PROJECT)}/issuetypes`;
  const page = { maxResults: "200" };
  const { issueTypes } = await upstream.read(
    { operation: JIRA_OPERATIONS.issueTypes, method: "GET", path: base, query: page },
    IssueTypes,
  );
  const wanted = settings.JIRA_ISSUE_TYPE;
  const type = issueTypes.records.find(({ id, name }) => id === wanted || name === wanted);
  if (type === undefined) {
    const names = listed(issueTypes.records.map(({ name, id }) => name ?? id));
    return [`JIRA_ISSUE_TYPE: the project has no issue type "${wanted}" to create; it has ${names}`];
  }
  const path = `${base}/${encodeURIComponent(type.id)}`;
  const { fields } = await upstream.read(
    { operation: JIRA_OPERATIONS.createScreen, method: "GET", path, query: page },
    Screen,
  );
  return screenProblems(fields.records, settings);
}

/** What is wrong with the create screen, or with the settings for it. Pure. */
export function screenProblems(fields: readonly Field[], settings: JiraSettings): string[] {
  const fixed = settings.JIRA_FIELDS;
  const onScreen = new Map(fields.map((field) => [field.fieldId, field]));
  const missing = NEEDED.filter((name) => !onScreen.has(name));
  const required = fields.filter(
    ({ fieldId, required, hasDefaultValue }) =>
      required === true && hasDefaultValue !== true && !FILLED_IN.has(fieldId) && !(fieldId in fixed),
  );
  const unknown = Object.keys(fixed).filter((name) => !onScreen.has(name));
  return [
    ...missing.map((name) => `JIRA_ISSUE_TYPE: put the field ${name} on its create screen`),
    ...required.map(({ fieldId }) => `JIRA_FIELDS: give a value for the required field ${named(fieldId)}`),
    ...unknown.map((name) => `JIRA_FIELDS: the create screen has no field ${named(name)}; leave it out`),
    ...priorityProblems(onScreen.get("priority"), settings),
  ];
}

function priorityProblems(field: Field | undefined, settings: JiraSettings): string[] {
  const names = [...priorityNames(settings).values()];
  if (names.length === 0) return [];
  if (field === undefined) return ["JIRA_PRIORITIES: the create screen has no priority; leave it empty"];
  const allowed = field.allowedValues;
  if (!allowed) return [];
  return names
    .filter((wanted) => !allowed.some(({ id, name }) => id === wanted || name === wanted))
    .map((wanted) => {
      const known = listed(allowed.map(({ id, name }) => name ?? id ?? ""));
      return `JIRA_PRIORITIES: the project has no priority "${named(wanted)}"; it has ${known}`;
    });
}

function listed(names: readonly string[]): string {
  return names.slice(0, MOST_NAMES).map(named).join(", ") || "none";
}

function named(name: string): string {
  return shown(name, NAME_LENGTH);
}
