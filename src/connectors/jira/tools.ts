import type { Tool } from "../../path/tool.ts";
import { createTicket } from "./create-ticket.ts";
import { searchTickets } from "./search-tickets.ts";

/** What Jira contributes to the catalogue. */
export const jiraTools: readonly Tool[] = [searchTickets, createTicket];
