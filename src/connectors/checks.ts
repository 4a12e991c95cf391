/** What `npm run doctor` tries at each vendor. One line for each connector. */
import type { VendorCheck } from "../downstream/vendor-check.ts";
import { crowdstrikeChecks } from "./crowdstrike/checks.ts";
import { elasticChecks } from "./elastic/checks.ts";
import { intelligenceChecks } from "./intelligence/checks.ts";
import { jiraChecks } from "./jira/checks.ts";
import { oktaChecks } from "./okta/checks.ts";
import { pagerdutyChecks } from "./pagerduty/checks.ts";
import { tenableChecks } from "./tenable/checks.ts";

/** Every check of every connector. */
export const VENDOR_CHECKS: readonly VendorCheck[] = [
  ...crowdstrikeChecks,
  ...elasticChecks,
  ...intelligenceChecks,
  ...jiraChecks,
  ...oktaChecks,
  ...pagerdutyChecks,
  ...tenableChecks,
];
