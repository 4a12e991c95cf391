import * as z from "zod";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const pagerdutySettings = z.object({
  /** The API of the account's region, `https://api.pagerduty.com` or `https://api.eu.pagerduty.com`. */
  PAGERDUTY_BASE_URL: BaseUrl,
  PAGERDUTY_SERVICE_ID: z.string().regex(/^[A-Z0-9]{2,32}$/, "must be a service's id, such as PWIXJZS"),
  PAGERDUTY_FROM: z.email("must be the address of a user of the PagerDuty account"),
  /** How long after its deadline a request can still take effect. The vendor publishes no such bound. */
  PAGERDUTY_SETTLE_MS: Milliseconds,
});

export type PagerdutySettings = z.output<typeof pagerdutySettings>;
