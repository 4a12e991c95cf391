/** Declares the tool that creates a ticket; a repeat within a day is the same ticket. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";
import { LONGEST_DESCRIPTION, PRIORITIES, TicketId } from "./ticket.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

export const createTicket = changeSpec({
  name: "create_ticket",
  title: "Create a ticket",
  description:
    "Creates a ticket for the security team, in plain text. The same finding or title within a day is the same ticket.",
  // A repeat within the window creates nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "tickets",
  scope: "tickets:write",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: null,
  input: z.strictObject({
    title: Title.describe("One line"),
    description: z.string().trim().min(1).max(LONGEST_DESCRIPTION).describe("Plain text"),
    priority: z.enum(PRIORITIES).optional().describe("How urgent it is"),
  }),
  output: z.strictObject({ ticket_id: TicketId, title: reportedText() }),
  target: null,
  creates: { title: ({ title }) => title },
  sets: () => ({}),
});
