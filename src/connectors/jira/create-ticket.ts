import * as z from "zod";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";
import { defineChange, type JsonObject } from "../../toolkit/tool.ts";
import { concludeCreation } from "./creation-answer.ts";
import { jiraCredentials } from "./credentials.ts";
import { documentOf } from "./document.ts";
import { OPERATIONS } from "./errors.ts";
import { findCreation } from "./issues.ts";
import { PRIORITIES, type Priority } from "./priorities.ts";
import { IssueKey } from "./schemas.ts";
import { byIdOrName, fixedFields, issueType, priorityNames, project, settleMs } from "./settings.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

/** On every ticket that was created through Sallyport, for people. */
const LABEL = "sallyport";

export const createTicket = defineChange({
  name: "create_ticket",
  title: "Create a ticket",
  description:
    "Creates a ticket for the security team, in plain text. The same finding or title within a day is the same ticket.",
  // A repeat within the window creates nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  scope: "tickets:write",
  credential: jiraCredentials.create,
  read_credential: jiraCredentials.read,
  effect: {
    class: "deterministic-create",
    repeat: "adds",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({
    title: Title.describe("One line"),
    description: z.string().trim().min(1).max(8000).describe("Plain text"),
    priority: z.enum(PRIORITIES).optional().describe("How urgent it is"),
  }),
  output: z.strictObject({ ticket_id: IssueKey, title: reportedText() }),
  target: null,
  // The keys of the status's category: what is done answers for nothing any more.
  creates: { title: ({ title }) => title, answers_while: ["new", "indeterminate", "undefined"] },
  sets: () => ({}),
  /** Looks for the label, which no other ticket has. A search that shows nothing may only be behind: see `landing_ms`. */
  async inspect({ title }, upstream, env, operation_id) {
    const found = await findCreation(upstream, project(env), operation_id);
    const seen = { exists: true, attributes: {} } as const;
    if (found === null) return { ...seen, in_effect: false, data: null };
    const state = found.fields?.status?.statusCategory?.key;
    return { ...seen, in_effect: true, state, data: { ticket_id: found.key, title } };
  },
  request: ({ title, description, priority }, operation_id, env) => ({
    operation: OPERATIONS.create,
    method: "POST",
    path: "/rest/api/3/issue",
    json: {
      fields: {
        ...fixedFields(env),
        project: { key: project(env) },
        issuetype: issueType(env),
        summary: title,
        description: documentOf(description),
        ...priorityIn(env, priority, [LABEL, operation_id]),
      },
    },
  }),
  conclude: (answer, { input: { title } }) => concludeCreation(answer, (ticket_id) => ({ ticket_id, title })),
});

/** Where the project has no such priority, it becomes a label, so that what was asked for isn't lost. */
function priorityIn(env: Env, priority: Priority | undefined, labels: readonly string[]): JsonObject {
  if (priority === undefined) return { labels };
  const name = priorityNames(env).get(priority);
  return name === undefined
    ? { labels: [...labels, `priority-${priority}`] }
    : { labels, priority: byIdOrName(name) };
}
