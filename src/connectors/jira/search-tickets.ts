import * as z from "zod";
import type { Upstream } from "../../downstream/upstream.ts";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { getIssue, searchIssues } from "./issues.ts";
import { keyIn, TicketQuery, ticketsJql } from "./jql.ts";
import { TICKET_STATUSES, Ticket, ticketOf } from "./normalise.ts";
import { project } from "./settings.ts";

const PageToken = z.string().min(1);

export const searchTickets = defineRead({
  name: "search_tickets",
  title: "Search tickets",
  description:
    "Finds the security team's tickets, newest first, by words or ticket_id. A new ticket is found by its ticket_id at once, by words a little later.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "tickets:read",
  credentials: ["jira.read"],
  input: z.strictObject({
    query: TicketQuery.optional().describe("Words that must all occur, or one ticket_id"),
    status: z.enum(TICKET_STATUSES).optional().describe("How far the work is"),
    limit,
    cursor,
  }),
  output: z.strictObject({ tickets: z.array(Ticket) }),
  async run({ cursor: from, limit: most, query, status }, { env, now, upstream: through }) {
    const upstream = through("jira.read");
    const key = query === undefined ? null : keyIn(query, project(env));
    const jql = ticketsJql(project(env), { query, status });
    const question = `search_tickets ${jql}`;
    const token = from === undefined ? null : decodeCursor(from, question, PageToken);
    const { tickets, next_token } =
      key === null
        ? await page(upstream, jql, most, token)
        : await one(
            upstream,
            key,
            project(env),
            (ticket) => status === undefined || ticket.status === status,
          );
    return {
      outcome: "found",
      data: { tickets },
      sources: [
        {
          source: upstream.source,
          status: "ok",
          count: tickets.length,
          queried_at: new Date(now).toISOString(),
        },
      ],
      next_cursor: next_token === null ? null : encodeCursor(next_token, question),
    };
  },
});

interface TicketPage {
  readonly tickets: Ticket[];
  readonly next_token: string | null;
}

async function page(
  upstream: Upstream,
  jql: string,
  most: number,
  token: string | null,
): Promise<TicketPage> {
  const { issues, next_token } = await searchIssues(upstream, jql, most, token);
  return { tickets: issues.map(ticketOf), next_token };
}

/** By its key a ticket is found at once; a search lags behind, and refuses a key that doesn't exist. */
async function one(
  upstream: Upstream,
  key: string,
  project: string,
  wanted: (ticket: Ticket) => boolean,
): Promise<TicketPage> {
  const issue = await getIssue(upstream, key, project);
  const tickets = issue === null ? [] : [ticketOf(issue)].filter(wanted);
  return { tickets, next_token: null };
}
