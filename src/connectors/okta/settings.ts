/** Reads the settings that say which Okta org is asked, and how late changes and log entries can appear. */
import * as z from "zod";
import { BaseUrl, Milliseconds, SettleMs } from "../../toolkit/settings.ts";

/** The console for administrators, which serves no API. */
const CONSOLE = /^([\w-]+)-admin(\.okta(?:preview|-emea|-gov)?\.com|\.okta\.mil)$/;
const ORG = /^[\w-]+(\.okta(?:preview|-emea|-gov)?\.com|\.okta\.mil)$/;

const OrgUrl = BaseUrl.superRefine((value, context) => {
  const { hostname, pathname } = new URL(value);
  const [, org, domain] = CONSOLE.exec(hostname) ?? [];
  if (org !== undefined) {
    context.addIssue(`is the address of the administrators' console; set https://${org}${domain}`);
  } else if (ORG.test(hostname) && pathname !== "/") {
    context.addIssue(`must be the org's address alone; set https://${hostname}`);
  }
});

/** Those that must be apps of their own: Okta reports the scopes that were asked for, not all that an app was granted. */
const CLIENT_IDS = ["OKTA_READ_CLIENT_ID", "OKTA_SUSPEND_CLIENT_ID", "OKTA_SESSIONS_CLIENT_ID"] as const;

const ClientId = z.string().default("");

/** What says where and how it is asked, secrets aside. */
export const oktaSettings = z
  .object({
    OKTA_BASE_URL: OrgUrl.describe(
      "the org's URL, `https://acme.okta.com`. The `-admin` one and one with a path are refused, with the right one",
    ),
    OKTA_SETTLE_MS: SettleMs,
    OKTA_LOG_LAG_MS: Milliseconds.describe(
      'how long after it happened an event can be missing from the system log, which is only "near real-time", in milliseconds. Empty if you know no bound',
    ),
    OKTA_READ_CLIENT_ID: ClientId,
    OKTA_SUSPEND_CLIENT_ID: ClientId,
    OKTA_SESSIONS_CLIENT_ID: ClientId,
  })
  .check(
    z.superRefine(
      (settings, context) => {
        for (const [index, name] of CLIENT_IDS.entries()) {
          const same = CLIENT_IDS.slice(0, index).find((earlier) => settings[earlier] === settings[name]);
          if (same === undefined || settings[name] === "") continue;
          const message = `is the app of ${same}; each purpose needs one of its own`;
          context.addIssue({ code: "custom", path: [name], message });
        }
      },
      { when: () => true },
    ),
  );

export type OktaSettings = z.output<typeof oktaSettings>;

/**
 * How long after its deadline a request can still take effect, until that can be found in the system log too, in
 * milliseconds. `null` where either is not known.
 */
export function settleInLogMs({ OKTA_SETTLE_MS, OKTA_LOG_LAG_MS }: OktaSettings): number | null {
  return OKTA_SETTLE_MS === null || OKTA_LOG_LAG_MS === null ? null : OKTA_SETTLE_MS + OKTA_LOG_LAG_MS;
}
