import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { mapRecords } from "../../toolkit/records.ts";
import { defineRead, type ReadOutcome } from "../../toolkit/tool.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { jiraCredentials } from "./credentials.ts";
import { getIssue, searchIssues } from "./issues.ts";
import { keyIn, TicketQuery, ticketsJql } from "./jql.ts";
import { TICKET_STATUSES, Ticket, type TicketStatus, ticketOf } from "./normalise.ts";
import { priorityNames, project } from "./settings.ts";

const PageToken = z.string().min(1);

const Tickets = z.strictObject({ tickets: z.array(Ticket) });
type Found = ReadOutcome<z.output<typeof Tickets>>;

export const searchTickets = defineRead({
  name: "search_tickets",
  title: "Search tickets",
  description:
    "Finds the security team's tickets, newest first, by words or ticket_id. A new ticket is found by its ticket_id at once, by words a little later.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "tickets:read",
  credentials: [jiraCredentials.read],
  input: z.strictObject({
    query: TicketQuery.optional().describe("Words that must all occur, or one ticket_id"),
    status: z.enum(TICKET_STATUSES).optional().describe("How far the work is"),
    limit,
    cursor,
  }),
  output: Tickets,
  async run({ cursor: from, limit: most, query, status }, { env, now, upstream: through }) {
    const upstream = through(jiraCredentials.read);
    const asked = { upstream, env, report: { source: upstream.source, queried_at: isoOf(now) } };
    const key = query === undefined ? null : keyIn(query, project(env));
    if (key !== null) return one(asked, key, status);
    const jql = ticketsJql(project(env), { query, status });
    const question = `search_tickets ${jql}`;
    const token = from === undefined ? null : decodeCursor(from, question, PageToken);
    // A page after the first was asked for in the same words before, so only its cursor can be at fault.
    const about = token !== null ? ["cursor"] : query !== undefined ? ["query"] : [];
    const found = await searchIssues(upstream, jql, most, token, about);
    const { next_token } = found;
    const { records: tickets, unreadable } = mapRecords(found, (issue) =>
      ticketOf(issue, priorityNames(env)),
    );
    return {
      outcome: "found",
      data: { tickets: [...tickets] },
      sources: [{ ...asked.report, status: "ok", count: tickets.length, unreadable }],
      next_cursor: next_token === null ? null : encodeCursor(next_token, question),
    };
  },
});

interface AskedFor {
  readonly upstream: Upstream;
  readonly env: Env;
  readonly report: { readonly source: string; readonly queried_at: string };
}

/** By its key a ticket is found at once; a search lags behind, and refuses a key that doesn't exist. */
async function one(
  { upstream, env, report }: AskedFor,
  key: string,
  status: TicketStatus | undefined,
): Promise<Found> {
  const issue = await getIssue(upstream, key, project(env));
  if (issue === null) {
    return {
      outcome: "not_found",
      resource: { kind: "ticket", id: key },
      sources: [{ ...report, status: "not_found", count: 0 }],
    };
  }
  const ticket = ticketOf(issue, priorityNames(env));
  const tickets = status === undefined || isIn(ticket, status) ? [ticket] : [];
  const matched = [{ id: ticket.ticket_id, by: "id" }];
  return {
    outcome: "found",
    data: { tickets },
    sources: [{ ...report, status: "ok", count: tickets.length, matched }],
  };
}

/** A ticket whose status we don't know counts as open, as it does in a search. */
function isIn(ticket: Ticket, status: TicketStatus): boolean {
  return (ticket.status === "unknown" ? "open" : ticket.status) === status;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
