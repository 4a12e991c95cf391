/** Elastic Security, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { elasticChecks } from "./checks.ts";
import { elasticCredentials } from "./credentials.ts";
import { elastic } from "./errors.ts";
import { elasticOpensCase } from "./open-case.ts";
import { elasticSearchesAlerts } from "./search-alerts.ts";
import { elasticUpdatesAlert } from "./update-alert.ts";

export const elasticConnector: Connector = {
  vendor: elastic,
  credentials: Object.values(elasticCredentials),
  serves: [elasticOpensCase, elasticSearchesAlerts, elasticUpdatesAlert],
  checks: elasticChecks,
};
