import type { SampleVendor } from "./vendor.ts";
import { crowdstrike } from "./vendors/crowdstrike.ts";
import { elastic } from "./vendors/elastic.ts";
import { epss } from "./vendors/epss.ts";
import { jira } from "./vendors/jira.ts";
import { kev } from "./vendors/kev.ts";
import { nvd } from "./vendors/nvd.ts";
import { okta } from "./vendors/okta.ts";
import { osv } from "./vendors/osv.ts";
import { pagerduty } from "./vendors/pagerduty.ts";
import { tenable } from "./vendors/tenable.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [
  crowdstrike,
  elastic,
  epss,
  jira,
  kev,
  nvd,
  okta,
  osv,
  pagerduty,
  tenable,
];
