import * as z from "zod";
import { reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { IssueKey, type IssueRecord } from "./schemas.ts";

/** Where a ticket stands, whatever the project calls its statuses. */
export const TICKET_STATUSES = ["open", "in_progress", "done"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** How soon a ticket wants somebody, from least to most. */
export const PRIORITIES = ["low", "medium", "high", "critical"] as const;
export type Priority = (typeof PRIORITIES)[number];

const text = reportedText().nullable();

/** A ticket. `priority_id` with `priority` is OCSF's; what the project itself says stands beside it. */
export const Ticket = z.strictObject({
  ticket_id: IssueKey,
  title: text,
  type: text,
  status: z.enum(TICKET_STATUSES),
  vendor_status: text,
  priority_id: z.int(),
  priority: z.enum(["Unknown", "Low", "Medium", "High", "Critical", "Other"]),
  vendor_priority: text,
  assignee: text,
  created_time: z.iso.datetime(),
  modified_time: z.iso.datetime(),
});
export type Ticket = z.output<typeof Ticket>;

const STATUS_OF: Record<IssueRecord["fields"]["status"]["statusCategory"]["key"], TicketStatus> = {
  new: "open",
  undefined: "open",
  indeterminate: "in_progress",
  done: "done",
};

/** The names that Jira gives its categories; JQL knows them in every language of the site. */
export const CATEGORY_NAMES: Record<TicketStatus, string> = {
  open: "To Do",
  in_progress: "In Progress",
  done: "Done",
};

/** The names of Jira's default priority scheme. */
export const PRIORITY_NAMES: Record<Priority, string> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Highest",
};

const OCSF_PRIORITY: Record<Priority, Pick<Ticket, "priority_id" | "priority">> = {
  low: { priority_id: 1, priority: "Low" },
  medium: { priority_id: 2, priority: "Medium" },
  high: { priority_id: 3, priority: "High" },
  critical: { priority_id: 4, priority: "Critical" },
};

/** Priorities of Jira's current and former default schemes. */
const PRIORITY_OF: ReadonlyMap<string, Priority> = new Map([
  ["Lowest", "low"],
  ["Trivial", "low"],
  ["Low", "low"],
  ["Minor", "low"],
  ["Medium", "medium"],
  ["High", "high"],
  ["Major", "high"],
  ["Highest", "critical"],
  ["Critical", "critical"],
  ["Blocker", "critical"],
]);

/** Jira's record as our ticket. Pure. */
export function ticketOf({ key, fields }: IssueRecord): Ticket {
  return {
    ticket_id: key,
    title: nonBlank(fields.summary),
    type: nonBlank(fields.issuetype?.name),
    status: STATUS_OF[fields.status.statusCategory.key],
    vendor_status: nonBlank(fields.status.name),
    ...priorityOf(fields.priority?.name),
    vendor_priority: nonBlank(fields.priority?.name),
    assignee: nonBlank(fields.assignee?.displayName),
    created_time: fields.created,
    modified_time: fields.updated,
  };
}

function priorityOf(name: string | undefined): Pick<Ticket, "priority_id" | "priority"> {
  if (name === undefined) return { priority_id: 0, priority: "Unknown" };
  const known = PRIORITY_OF.get(name);
  return known === undefined ? { priority_id: 99, priority: "Other" } : OCSF_PRIORITY[known];
}
