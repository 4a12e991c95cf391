import type { SampleVendor } from "./vendor.ts";
import { crowdstrike } from "./vendors/crowdstrike.ts";
import { elastic } from "./vendors/elastic.ts";
import { epss } from "./vendors/epss.ts";
import { jira } from "./vendors/jira.ts";
import { okta } from "./vendors/okta.ts";
import { pagerduty } from "./vendors/pagerduty.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [crowdstrike, elastic, epss, jira, okta, pagerduty];
