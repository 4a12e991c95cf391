/** Reads the settings that say which PagerDuty service is paged, and in whose name. */
import * as z from "zod";
import { BaseUrl, SettleMs } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const pagerdutySettings = z.object({
  PAGERDUTY_BASE_URL: BaseUrl.describe(
    "the API of the account's region, `https://api.pagerduty.com` or `https://api.eu.pagerduty.com`",
  ),
  PAGERDUTY_SERVICE_ID: z
    .string()
    .regex(/^[A-Z0-9]{2,32}$/, "must be a service's id, such as PWIXJZS")
    .describe("id of the service on which incidents are opened"),
  PAGERDUTY_FROM: z
    .email("must be the address of a user of the PagerDuty account")
    .describe("address of a user of the account, in whose name incidents are opened (the `From` header)"),
  PAGERDUTY_SETTLE_MS: SettleMs,
});

export type PagerdutySettings = z.output<typeof pagerdutySettings>;
