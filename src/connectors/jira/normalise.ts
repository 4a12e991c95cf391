/** Jira's issues as our tickets. Pure. */
import type { Priority, Ticket, TicketStatus } from "../../capabilities/tickets/ticket.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { ocsfPriority } from "./priorities.ts";
import type { IssueRecord } from "./schemas.ts";

/** The keys of Jira's categories never change. */
const STATUS_OF: Readonly<Record<string, TicketStatus>> = {
  new: "open",
  undefined: "open",
  indeterminate: "in_progress",
  done: "done",
};

/** Jira's record as our ticket. Pure. */
export function ticketOf({ key, fields }: IssueRecord, priorities: ReadonlyMap<Priority, string>): Ticket {
  const { summary, issuetype, status, priority, assignee, created, updated } = fields ?? {};
  return {
    ticket_id: key,
    title: nonBlank(summary),
    type: nonBlank(issuetype?.name),
    status: STATUS_OF[status?.statusCategory?.key ?? ""] ?? "unknown",
    vendor_status: nonBlank(status?.name),
    ...ocsfPriority(priority, priorities),
    vendor_priority: nonBlank(priority?.name),
    assignee: nonBlank(assignee?.displayName),
    created_time: created ?? null,
    modified_time: updated ?? null,
  };
}
