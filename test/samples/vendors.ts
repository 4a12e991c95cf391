import type { SampleVendor } from "./vendor.ts";
import { elastic } from "./vendors/elastic.ts";
import { epss } from "./vendors/epss.ts";
import { jira } from "./vendors/jira.ts";
import { pagerduty } from "./vendors/pagerduty.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [elastic, epss, jira, pagerduty];
