/** What `npm run doctor` tries at each vendor. One line for each connector. */
import type { VendorCheck } from "../downstream/vendor-check.ts";
import { elasticChecks } from "./elastic/checks.ts";
import { jiraChecks } from "./jira/checks.ts";
import { pagerdutyChecks } from "./pagerduty/checks.ts";

/** Every check of every connector. */
export const VENDOR_CHECKS: readonly VendorCheck[] = [...elasticChecks, ...jiraChecks, ...pagerdutyChecks];
