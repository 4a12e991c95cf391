import type { SampleVendor } from "./vendor.ts";
import { epss } from "./vendors/epss.ts";
import { kev } from "./vendors/kev.ts";
import { nvd } from "./vendors/nvd.ts";
import { osv } from "./vendors/osv.ts";
import { tenable } from "./vendors/tenable.ts";

/** The vendors whose samples are fed through their connectors. One line for each. */
export const SAMPLE_VENDORS: readonly SampleVendor[] = [epss, kev, nvd, osv, tenable];
