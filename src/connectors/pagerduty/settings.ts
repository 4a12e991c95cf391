import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const pagerdutySettings = z.object({
  PAGERDUTY_BASE_URL: BaseUrl,
  PAGERDUTY_SERVICE_ID: z.string().regex(/^[A-Z0-9]{2,32}$/, "must be a service's id, such as PWIXJZS"),
  PAGERDUTY_FROM: z.email("must be the address of a user of the PagerDuty account"),
  PAGERDUTY_SETTLE_MS: Milliseconds,
});

/** The API of the account's region, `https://api.pagerduty.com` or `https://api.eu.pagerduty.com`. */
export function baseUrl(env: Env): string {
  return env.PAGERDUTY_BASE_URL;
}

/**
 * How long after its deadline a request to open an incident can still take effect, in milliseconds. The vendor
 * publishes no such bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.PAGERDUTY_SETTLE_MS);
}
