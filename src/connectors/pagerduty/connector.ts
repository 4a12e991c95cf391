/** PagerDuty, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { pagerdutyChecks } from "./checks.ts";
import { pagerdutyCredentials } from "./credentials.ts";
import { pagerduty } from "./errors.ts";
import { pagerdutyPages } from "./page-on-call.ts";

export const pagerdutyConnector: Connector = {
  vendor: pagerduty,
  credentials: Object.values(pagerdutyCredentials),
  serves: [pagerdutyPages],
  checks: pagerdutyChecks,
};
