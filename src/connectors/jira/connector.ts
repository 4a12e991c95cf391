/** Jira, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { jiraChecks } from "./checks.ts";
import { jiraCreatesTicket } from "./create-ticket.ts";
import { jiraCredentials } from "./credentials.ts";
import { jira } from "./errors.ts";
import { jiraGetsTicket } from "./get-ticket.ts";
import { jiraSearchesTickets } from "./search-tickets.ts";

export const jiraConnector: Connector = {
  vendor: jira,
  credentials: Object.values(jiraCredentials),
  serves: [jiraCreatesTicket, jiraGetsTicket, jiraSearchesTickets],
  checks: jiraChecks,
};
