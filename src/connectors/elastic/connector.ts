/** Elastic Security, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { elasticChecks } from "./checks.ts";
import { elasticCredentials } from "./credentials.ts";
import { openCase } from "./open-case.ts";
import { searchAlerts } from "./search-alerts.ts";
import { updateAlert } from "./update-alert.ts";

export const elasticConnector: Connector = {
  name: "elastic",
  title: "Elastic Security",
  credentials: Object.values(elasticCredentials),
  tools: [searchAlerts, updateAlert, openCase],
  checks: elasticChecks,
};
