/** Jira, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { jiraChecks } from "./checks.ts";
import { createTicket } from "./create-ticket.ts";
import { jiraCredentials } from "./credentials.ts";
import { searchTickets } from "./search-tickets.ts";

export const jiraConnector: Connector = {
  name: "jira",
  title: "Jira",
  credentials: Object.values(jiraCredentials),
  tools: [searchTickets, createTicket],
  checks: jiraChecks,
};
