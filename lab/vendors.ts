/** The vendors that are simulated. */
import { crowdstrike } from "./crowdstrike/crowdstrike.ts";
import { elastic } from "./elastic/elastic.ts";
import { epss } from "./intelligence/epss.ts";
import { kev } from "./intelligence/kev.ts";
import { nvd } from "./intelligence/nvd.ts";
import { osv } from "./intelligence/osv.ts";
import { jira } from "./jira/jira.ts";
import { okta } from "./okta/okta.ts";
import { pagerduty } from "./pagerduty/pagerduty.ts";
import type { Simulator } from "./simulator.ts";
import { tenable } from "./tenable/tenable.ts";
import type { World } from "./world.ts";

/** Every vendor that the lab simulates: one line each. */
export const vendors: readonly ((world: World) => Simulator)[] = [
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
