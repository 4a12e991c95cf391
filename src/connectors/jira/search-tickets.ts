/** How Jira answers a search for tickets. */
import * as z from "zod";
import { searchTickets } from "../../capabilities/tickets/search-tickets.ts";
import type { Ticket, TicketStatus } from "../../capabilities/tickets/ticket.ts";
import { serve } from "../../toolkit/connector.ts";
import { mapRecords } from "../../toolkit/lists/records.ts";
import type { Absent, Found } from "../../toolkit/read.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { jiraCredentials } from "./credentials.ts";
import { getIssue, searchIssues } from "./issues.ts";
import { keyIn, ticketsJql } from "./jql.ts";
import { ticketOf } from "./normalise.ts";
import { type JiraSettings, priorityNames } from "./settings.ts";

export const jiraSearchesTickets = serve(searchTickets, {
  credentials: [jiraCredentials.read],
  position: z.string().min(1),
  async read({ query, status }, { from: token, limit }, { settings, upstream: through }) {
    const upstream = through(jiraCredentials.read);
    const { JIRA_PROJECT: project } = settings;
    const key = query === undefined ? null : keyIn(query, project);
    if (key !== null) return one(upstream, settings, key, status);
    // A page after the first was asked for in the same words before, so only its cursor can be at fault.
    const about = token !== null ? ["cursor"] : query !== undefined ? ["query"] : [];
    const found = await searchIssues(upstream, ticketsJql(project, { query, status }), limit, token, about);
    const names = priorityNames(settings);
    const { records: tickets, unreadable } = mapRecords(found, (issue) => ticketOf(issue, names));
    return { data: { tickets: [...tickets] }, next: found.next_token, unreadable };
  },
});

/** By its key a ticket is found at once; a search lags behind, and refuses a key that doesn't exist. */
async function one(
  upstream: Upstream,
  settings: JiraSettings,
  key: string,
  status: TicketStatus | undefined,
): Promise<Found<{ tickets: Ticket[] }, string> | Absent> {
  const issue = await getIssue(upstream, key, settings.JIRA_PROJECT);
  if (issue === null) return { absent: { kind: "ticket", id: key } };
  const ticket = ticketOf(issue, priorityNames(settings));
  const tickets = status === undefined || isIn(ticket, status) ? [ticket] : [];
  return { data: { tickets }, matched: [{ id: ticket.ticket_id, by: "id" }] };
}

/** A ticket whose status we don't know counts as open, as it does in a search. */
function isIn(ticket: Ticket, status: TicketStatus): boolean {
  return (ticket.status === "unknown" ? "open" : ticket.status) === status;
}
