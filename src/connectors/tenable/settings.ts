import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const tenableSettings = z.object({
  TENABLE_BASE_URL: BaseUrl,
  TENABLE_SETTLE_MS: Milliseconds,
});

/** The vendor's API, without a slash at its end. */
export function baseUrl(env: Env): string {
  return env.TENABLE_BASE_URL;
}

/**
 * How long after its deadline a request can still take effect, in milliseconds. The vendor publishes no such
 * bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.TENABLE_SETTLE_MS);
}
