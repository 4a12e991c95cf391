/** How Jira creates a ticket. */
import { createTicket } from "../../capabilities/tickets/create-ticket.ts";
import type { Priority } from "../../capabilities/tickets/ticket.ts";
import { serve } from "../../toolkit/connector.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import { concludeCreation } from "./creation-answer.ts";
import { jiraCredentials } from "./credentials.ts";
import { documentOf } from "./document.ts";
import { JIRA_OPERATIONS } from "./errors.ts";
import { findCreation } from "./issues.ts";
import { byIdOrName, issueType, type JiraSettings, priorityNames } from "./settings.ts";

const DEADLINE_MS = 10_000;

/** On every ticket that was created through Sallyport, for people. */
const LABEL = "sallyport";

export const jiraCreatesTicket = serve(createTicket, {
  credential: jiraCredentials.create,
  read_credential: jiraCredentials.read,
  class: "deterministic-create",
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ JIRA_SETTLE_MS }) => JIRA_SETTLE_MS,
  // The keys of the status's category: what is done answers for nothing any more.
  answers_while: ["new", "indeterminate", "undefined"],
  /** Looks for the label, which no other ticket has. A search that shows nothing may only be behind: see `landing_ms`. */
  async inspect({ title }, { upstream, settings, operation_id }) {
    const found = await findCreation(upstream, settings.JIRA_PROJECT, operation_id);
    const seen = { exists: true, attributes: {} } as const;
    if (found === null) return { ...seen, in_effect: false, data: null };
    const state = found.fields?.status?.statusCategory?.key;
    return { ...seen, in_effect: true, state, data: { ticket_id: found.key, title } };
  },
  request: ({ title, description, priority }, { operation_id, settings }) => ({
    operation: JIRA_OPERATIONS.create,
    method: "POST",
    path: "/rest/api/3/issue",
    json: {
      fields: {
        ...(settings.JIRA_FIELDS as JsonObject),
        project: { key: settings.JIRA_PROJECT },
        issuetype: issueType(settings),
        summary: title,
        description: documentOf(description),
        ...priorityIn(settings, priority, [LABEL, operation_id]),
      },
    },
  }),
  conclude: (answer, { input: { title } }) => concludeCreation(answer, (ticket_id) => ({ ticket_id, title })),
});

/** Where the project has no such priority, it becomes a label, so that what was asked for isn't lost. */
function priorityIn(
  settings: JiraSettings,
  priority: Priority | undefined,
  labels: readonly string[],
): JsonObject {
  if (priority === undefined) return { labels };
  const name = priorityNames(settings).get(priority);
  return name === undefined
    ? { labels: [...labels, `priority-${priority}`] }
    : { labels, priority: byIdOrName(name) };
}
