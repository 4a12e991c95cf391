import type { SampleVendor } from "./vendor.ts";
import { crowdstrike } from "./vendors/crowdstrike.ts";
import { epss } from "./vendors/epss.ts";
import { okta } from "./vendors/okta.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [crowdstrike, epss, okta];
