/** Tenable, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { tenableChecks } from "./checks.ts";
import { tenableCredentials } from "./credentials.ts";
import { tenable } from "./errors.ts";
import { tenableLaunchesScan } from "./launch-scan.ts";
import { tenableSearchesVulnerabilities } from "./search-vulnerabilities.ts";

export const tenableConnector: Connector = {
  vendor: tenable,
  credentials: Object.values(tenableCredentials),
  serves: [tenableLaunchesScan, tenableSearchesVulnerabilities],
  checks: tenableChecks,
};
