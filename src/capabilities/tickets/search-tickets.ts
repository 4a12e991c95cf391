/** Declares the tool that finds tickets by words, id or status. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { TICKET_STATUSES, Ticket } from "./ticket.ts";

/** Nothing in a word can end a quotation, or mean anything in a text search. */
const WORD = /^[\p{L}\p{N}._@-]+$/u;
/** A ticket's id with its source before it. */
const ID = /^[a-z][a-z0-9-]*:[\p{L}\p{N}_-]+$/u;
/** And there is something in it to search for. */
const LETTER = /[\p{L}\p{N}]/u;
const MOST_WORDS = 8;

/** What a search may look for. */
export const TicketQuery = z
  .string()
  .max(128)
  .refine((query) => {
    const words = query.split(" ");
    if (ID.test(query)) return true;
    return words.length <= MOST_WORDS && words.every((word) => WORD.test(word) && LETTER.test(word));
  }, `must be 1 to ${MOST_WORDS} words of letters, digits, dots, hyphens, underscores and @, one space between`);

export const searchTickets = readSpec({
  name: "search_tickets",
  title: "Search tickets",
  description:
    "Finds the security team's tickets, newest first, by words or ticket_id. A new ticket is found by its ticket_id at once, by words a little later.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "tickets",
  scope: "tickets:read",
  input: z.strictObject({
    query: TicketQuery.optional().describe("Words that must all occur, or one ticket_id"),
    status: z.enum(TICKET_STATUSES).optional().describe("How far the work is"),
    limit,
    cursor,
  }),
  output: z.strictObject({ tickets: z.array(Ticket) }),
  join: (parts) => ({ tickets: parts.flatMap(({ tickets }) => tickets) }),
});
