import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";
import { apiOfConsole, isCloud } from "./clouds.ts";

/** How much a device matters, from least to most. */
export const CRITICALITIES = ["low", "medium", "high", "critical"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

const AnyCriticality = z.enum(CRITICALITIES);

const Api = BaseUrl.superRefine((address, context) => {
  const api = apiOfConsole(address);
  if (api !== null) context.addIssue(`is the address of the console: the API is at ${api}`);
  else if (isCloud(address) && new URL(address).pathname !== "/") context.addIssue("must have no path");
});

/** A customer id as the token endpoint takes it: the console shows it with a checksum behind. */
const MemberCid = z
  .string()
  .regex(
    /^(?:[0-9A-Fa-f]{32})?$/,
    "must be empty, or the 32 hexadecimal digits of a customer id, without the checksum behind the hyphen",
  )
  .default("");

/** What says where and how it is asked, secrets aside. */
export const crowdstrikeSettings = z.object({
  CROWDSTRIKE_BASE_URL: Api,
  CROWDSTRIKE_MEMBER_CID: MemberCid,
  CROWDSTRIKE_SETTLE_MS: Milliseconds,
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: AnyCriticality,
});

/** The API of the customer's Falcon cloud (US-1, US-2, EU-1, GOV), without a slash at its end. */
export function baseUrl(env: Env): string {
  return env.CROWDSTRIKE_BASE_URL;
}

/** With Flight Control: the customer below the API clients' own whose hosts and alerts are meant. `null` without. */
export function memberCid(env: Env): string | null {
  return env.CROWDSTRIKE_MEMBER_CID ? env.CROWDSTRIKE_MEMBER_CID.toLowerCase() : null;
}

/**
 * How long after its deadline a request can still take effect, in milliseconds. The vendor publishes no such
 * bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.CROWDSTRIKE_SETTLE_MS);
}

/** As what policy treats a device whose criticality is unknown. */
export function unratedCriticality(env: Env): Criticality {
  return AnyCriticality.parse(env.CROWDSTRIKE_UNASSIGNED_CRITICALITY);
}
