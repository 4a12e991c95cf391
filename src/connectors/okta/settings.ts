import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf } from "../../toolkit/settings.ts";

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
    OKTA_BASE_URL: OrgUrl,
    OKTA_SETTLE_MS: Milliseconds,
    OKTA_LOG_LAG_MS: Milliseconds,
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

/** The org's URL, `https://<org>.okta.com`, without a slash at its end. */
export function baseUrl(env: Env): string {
  return env.OKTA_BASE_URL;
}

/**
 * How long after its deadline a request can still take effect, in milliseconds. The vendor publishes no such
 * bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.OKTA_SETTLE_MS);
}

/** How long an event can be missing from the system log, which is only "near real-time". `null` where nobody knows. */
export function logLagMs(env: Env): number | null {
  return millisecondsOf(env.OKTA_LOG_LAG_MS);
}

/** {@link settleMs}, until the effect can be found in the system log too. `null` where either is not known. */
export function settleInLogMs(env: Env): number | null {
  const settle = settleMs(env);
  const lag = logLagMs(env);
  return settle === null || lag === null ? null : settle + lag;
}
