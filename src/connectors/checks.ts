/** What `npm run doctor` tries at each vendor. One line for each connector. */
import type { VendorCheck } from "../downstream/vendor-check.ts";
import { intelligenceChecks } from "./intelligence/checks.ts";
import { tenableChecks } from "./tenable/checks.ts";

/** Every check of every connector. */
export const VENDOR_CHECKS: readonly VendorCheck[] = [...intelligenceChecks, ...tenableChecks];
