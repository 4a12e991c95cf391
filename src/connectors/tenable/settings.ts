import * as z from "zod";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const tenableSettings = z.object({
  TENABLE_BASE_URL: BaseUrl,
  /** How long after its deadline a request can still take effect. The vendor publishes no such bound. */
  TENABLE_SETTLE_MS: Milliseconds,
});

export type TenableSettings = z.output<typeof tenableSettings>;
