/** A ticket, whoever keeps it. */
import * as z from "zod";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";

/** An issue's key. */
export const TicketId = opaqueId;

/** How much of a description there is, in characters: what is written whole can be read whole. */
export const LONGEST_DESCRIPTION = 8000;

/** How soon a ticket wants somebody, from least to most. */
export const PRIORITIES = ["low", "medium", "high", "critical"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Where a ticket stands, whatever the project calls its statuses. */
export const TICKET_STATUSES = ["open", "in_progress", "done"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

const text = reportedText().nullable();

/** A ticket. `priority_id` with `priority` is OCSF's; what the project itself says stands beside it. */
export const Ticket = z.strictObject({
  ticket_id: TicketId,
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
