/** Queries in the Jira Query Language, built from validated parts. No caller writes JQL. */
import type { TicketStatus } from "../../capabilities/tickets/ticket.ts";

/**
 * The names that Jira gives its categories; JQL knows them in every language of the site. Open is what is in neither of
 * the others: a status without a category would be missing from "To Do".
 */
const STATUS_CLAUSES: Record<TicketStatus, string> = {
  open: 'statusCategory != "In Progress" AND statusCategory != "Done"',
  in_progress: 'statusCategory = "In Progress"',
  done: 'statusCategory = "Done"',
};

export interface TicketFilter {
  readonly query?: string | undefined;
  readonly status?: TicketStatus | undefined;
}

/** The query for a search: newest first. The project bounds it, whatever is asked. */
export function ticketsJql(project: string, { query, status }: TicketFilter): string {
  const clauses = [
    `project = ${jqlQuoted(project)}`,
    ...(status === undefined ? [] : [STATUS_CLAUSES[status]]),
    ...(query === undefined ? [] : query.split(" ").map((word) => `text ~ ${phrase(word)}`)),
  ];
  return `${clauses.join(" AND ")} ORDER BY created DESC`;
}

/**
 * The query for what an operation created: the first, should there ever be two. The project is named so that
 * an account that may no longer see it is refused, instead of finding nothing.
 */
export function creationJql(project: string, operation_id: string): string {
  return `project = ${jqlQuoted(project)} AND labels = ${jqlQuoted(operation_id)} ORDER BY created ASC`;
}

/** The key in a query that is nothing but a key of `project`, or `null`. */
export function keyIn(query: string, project: string): string | null {
  const key = query.toUpperCase();
  return key.startsWith(`${project}-`) && /^\d+$/.test(key.slice(project.length + 1)) ? key : null;
}

/** A value in quotes. Every value is validated before; this holds even if one isn't. */
export function jqlQuoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** The operand of `~` is a query of its own: a quotation in the quotation keeps a word from being one. */
function phrase(word: string): string {
  return jqlQuoted(jqlQuoted(word));
}
