import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf, problemsIn } from "../settings.ts";

const Settings = z.object({
  PAGERDUTY_BASE_URL: BaseUrl,
  PAGERDUTY_SERVICE_ID: z.string().regex(/^[A-Z0-9]{2,32}$/, "must be a service's id, such as PWIXJZS"),
  PAGERDUTY_FROM: z.email("must be the address of a user of the PagerDuty account"),
  PAGERDUTY_SETTLE_MS: Milliseconds,
});

/** What is wrong with PagerDuty's settings that are no secrets: sentences that name the variable. Empty if nothing is. */
export function pagerdutyProblems(env: Env): string[] {
  return problemsIn(Settings, env);
}

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
