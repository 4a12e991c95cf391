/** Declares the tool that reads one ticket with its description. */
import * as z from "zod";
import { readSpec } from "../../toolkit/read.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { LONGEST_DESCRIPTION, Ticket, TicketId } from "./ticket.ts";

export const getTicket = readSpec({
  name: "get_ticket",
  title: "Get a ticket",
  description: "One ticket of the security team as it is now, with its description.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "tickets",
  scope: "tickets:read",
  input: z.strictObject({ ticket_id: TicketId.describe("From search_tickets or create_ticket") }),
  output: z.strictObject({ ...Ticket.shape, desc: reportedText(LONGEST_DESCRIPTION).nullable() }),
});
