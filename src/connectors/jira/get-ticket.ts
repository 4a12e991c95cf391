/** How Jira answers for one ticket. */
import { getTicket } from "../../capabilities/tickets/get-ticket.ts";
import { serve } from "../../toolkit/connector.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { jiraCredentials } from "./credentials.ts";
import { textOf } from "./document.ts";
import { getIssue } from "./issues.ts";
import { keyIn } from "./jql.ts";
import { ticketOf } from "./normalise.ts";
import { TICKET_FIELDS } from "./schemas.ts";
import { priorityNames } from "./settings.ts";

const FIELDS = `${TICKET_FIELDS},description`;

export const jiraGetsTicket = serve(getTicket, {
  credentials: [jiraCredentials.read],
  async read({ ticket_id }, _page, { settings, upstream }) {
    // Jira would also find by a number of its own, in any project.
    const key = keyIn(ticket_id, settings.JIRA_PROJECT);
    const issue =
      key === null
        ? null
        : await getIssue(upstream(jiraCredentials.read), key, settings.JIRA_PROJECT, FIELDS);
    if (issue === null) return { absent: { kind: "ticket", id: ticket_id } };
    const desc = nonBlank(textOf(issue.fields?.description));
    return { data: { ...ticketOf(issue, priorityNames(settings)), desc } };
  },
});
