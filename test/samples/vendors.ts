import type { SampleVendor } from "./vendor.ts";
import { epss } from "./vendors/epss.ts";
import { jira } from "./vendors/jira.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [epss, jira];
