/** Tenable, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { tenableChecks } from "./checks.ts";
import { tenableCredentials } from "./credentials.ts";
import { launchScan } from "./launch-scan.ts";
import { searchVulnerabilities } from "./search-vulnerabilities.ts";

export const tenableConnector: Connector = {
  name: "tenable",
  title: "Tenable",
  credentials: Object.values(tenableCredentials),
  tools: [searchVulnerabilities, launchScan],
  checks: tenableChecks,
};
