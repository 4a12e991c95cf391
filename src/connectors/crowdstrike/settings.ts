import * as z from "zod";
import { CRITICALITIES } from "../../capabilities/devices/device.ts";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";
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
  /** The API of the customer's Falcon cloud (US-1, US-2, EU-1, GOV). */
  CROWDSTRIKE_BASE_URL: Api,
  /** With Flight Control: the customer below the API clients' own whose hosts and alerts are meant. `null` without. */
  CROWDSTRIKE_MEMBER_CID: MemberCid,
  /** How long after its deadline a request can still take effect. The vendor publishes no such bound. */
  CROWDSTRIKE_SETTLE_MS: Milliseconds,
  /** As what policy treats a device whose criticality is unknown. */
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: z.enum(CRITICALITIES),
});

export type CrowdstrikeSettings = z.output<typeof crowdstrikeSettings>;
