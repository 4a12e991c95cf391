/** What `doctor` tries at Okta: the least of each kind of read that the read credential is for. */

import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { oktaCredentials } from "./access/credentials.ts";
import { okta } from "./errors.ts";
import type { OktaSettings } from "./settings.ts";
import { listSignIns } from "./sign-ins/system-log.ts";
import { isAdministrator, listUsers } from "./users/users.ts";

const HOUR_MS = 60 * 60_000;

/**
 * The credentials that change something can't read (`okta.users.manage`, and a role that may do one thing): for them
 * only the token can be tried, which every look at a credential begins with.
 */
export const oktaChecks: readonly VendorCheck<OktaSettings>[] = [
  {
    name: "users and their roles",
    credential: oktaCredentials.read,
    async run(upstream, settings) {
      const { records } = await listUsers(upstream, settings, {}, null, 1);
      const [user] = records;
      if (user === undefined) {
        return ["OKTA_READ_CLIENT_ID: its app sees no users; give it the role Read-only Administrator"];
      }
      if ((await isAdministrator(upstream, user.id)) !== null) return [];
      throw contractChanged(okta, "listAssignedRolesForUser", "");
    },
  },
  {
    name: "system log",
    credential: oktaCredentials.read,
    async run(upstream, settings) {
      await listSignIns(upstream, settings, { since: new Date(Date.now() - HOUR_MS).toISOString() }, null, 1);
      return [];
    },
  },
];
