import * as z from "zod";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { ocsfPriority, type Priority } from "./priorities.ts";
import { IssueKey, type IssueRecord } from "./schemas.ts";

/** Where a ticket stands, whatever the project calls its statuses. */
export const TICKET_STATUSES = ["open", "in_progress", "done"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

const text = reportedText().nullable();

/** A ticket. `priority_id` with `priority` is OCSF's; what the project itself says stands beside it. */
export const Ticket = z.strictObject({
  ticket_id: IssueKey,
  title: text,
  type: text,
  status: z.enum([...TICKET_STATUSES, "unknown"]),
  vendor_status: text,
  priority_id: z.int(),
  priority: z.enum(["Unknown", "Low", "Medium", "High", "Critical", "Other"]),
  vendor_priority: text,
  assignee: text,
  created_time: z.iso.datetime().nullable(),
  modified_time: z.iso.datetime().nullable(),
});
export type Ticket = z.output<typeof Ticket>;

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
