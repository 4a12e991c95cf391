import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const elasticSettings = z.object({
  ELASTIC_BASE_URL: BaseUrl.refine(
    (value) => value.split("/").at(-2) !== "s",
    "must not name a space: that is ELASTIC_SPACE",
  ),
  ELASTIC_SPACE: z
    .string()
    .regex(/^[a-z0-9_-]{0,64}$/, "must be a space's identifier, or empty for the default space")
    .default(""),
  ELASTIC_SETTLE_MS: Milliseconds,
});

/** Kibana's address, with the space's path if it isn't the default space, without a slash at its end. */
export function baseUrl(env: Env): string {
  return env.ELASTIC_SPACE ? `${env.ELASTIC_BASE_URL}/s/${env.ELASTIC_SPACE}` : env.ELASTIC_BASE_URL;
}

/**
 * How long after its deadline a request can still take effect, in milliseconds. The vendor publishes no such
 * bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.ELASTIC_SETTLE_MS);
}
