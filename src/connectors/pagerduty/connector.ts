/** PagerDuty, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { pagerdutyChecks } from "./checks.ts";
import { pagerdutyCredentials } from "./credentials.ts";
import { pageOnCall } from "./page-on-call.ts";

export const pagerdutyConnector: Connector = {
  name: "pagerduty",
  title: "PagerDuty",
  credentials: Object.values(pagerdutyCredentials),
  tools: [pageOnCall],
  checks: pagerdutyChecks,
};
