/** Reads the settings that say where Tenable is asked, and how long a late request can still take effect. */
import * as z from "zod";
import { BaseUrl, SettleMs } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const tenableSettings = z.object({
  TENABLE_BASE_URL: BaseUrl.describe("the API, `https://cloud.tenable.com`"),
  TENABLE_SETTLE_MS: SettleMs,
});

export type TenableSettings = z.output<typeof tenableSettings>;
