/**
 * Reads the settings that say which CrowdStrike cloud and customer are asked, and how devices without
 * criticality count.
 */
import * as z from "zod";
import { CRITICALITIES } from "../../capabilities/devices/device.ts";
import { BaseUrl, SettleMs } from "../../toolkit/settings.ts";
import { apiOfConsole, isCloud } from "./clouds.ts";

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
  .default("")
  .transform((cid) => (cid === "" ? null : cid.toLowerCase()));

/** What says where and how it is asked, secrets aside. */
export const crowdstrikeSettings = z.object({
  CROWDSTRIKE_BASE_URL: Api.describe(
    "the API of your Falcon cloud, such as `https://api.us-2.crowdstrike.com`. The console's address is refused, with the API's to use instead",
  ),
  CROWDSTRIKE_MEMBER_CID: MemberCid.describe(
    "with Flight Control, where the API clients are the parent's: the customer whose hosts and alerts are meant, as 32 hexadecimal digits. Sent with each request for a token",
  ),
  CROWDSTRIKE_SETTLE_MS: SettleMs,
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: z
    .enum(CRITICALITIES)
    .describe(
      "as what policy treats a device whose criticality is unknown. Searches and results show `unknown` all the same",
    ),
});

export type CrowdstrikeSettings = z.output<typeof crowdstrikeSettings>;
