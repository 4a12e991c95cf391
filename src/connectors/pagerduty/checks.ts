/** What can be wrong with PagerDuty's settings, seen by looking: the user in whose name is paged, and the service. */

import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { pagerdutyCredentials } from "./credentials.ts";
import { PAGERDUTY_OPERATIONS } from "./errors.ts";
import { IncidentPage, PagerdutyUserPage, ServiceOrNone } from "./schemas.ts";
import type { PagerdutySettings } from "./settings.ts";

/** Roles that may look and open nothing. */
const READERS: ReadonlySet<string> = new Set(["observer", "read_only_user", "read_only_limited_user"]);

/** Statuses of a service that pages nobody. */
const QUIET: ReadonlyMap<string, string> = new Map([
  ["disabled", "is disabled"],
  ["maintenance", "is in a maintenance window"],
]);

export const pagerdutyChecks: readonly VendorCheck<PagerdutySettings>[] = [
  {
    name: "the user who pages",
    credential: pagerdutyCredentials.read,
    async run(upstream, settings) {
      const query = { query: settings.PAGERDUTY_FROM, limit: "100" };
      const { users } = await upstream.read(
        { operation: PAGERDUTY_OPERATIONS.users, method: "GET", path: "/users", query },
        PagerdutyUserPage,
      );
      const wanted = settings.PAGERDUTY_FROM.toLowerCase();
      const user = users.records.find(({ email }) => email?.toLowerCase() === wanted);
      if (user === undefined) {
        return ["PAGERDUTY_FROM: the account has no user of this address; set the address of one"];
      }
      return READERS.has(user.role ?? "")
        ? ["PAGERDUTY_FROM: this user may only look; set the address of one who may open incidents"]
        : [];
    },
  },
  {
    name: "the service",
    credential: pagerdutyCredentials.read,
    async run(upstream, settings) {
      const path = `/services/${encodeURIComponent(settings.PAGERDUTY_SERVICE_ID)}`;
      const { service } = await upstream.read(
        { operation: PAGERDUTY_OPERATIONS.service, method: "GET", path },
        ServiceOrNone,
      );
      if (!service)
        return ["PAGERDUTY_SERVICE_ID: the account has no such service; its address ends with the id"];
      const quiet = QUIET.get(service.status ?? "");
      return quiet === undefined ? [] : [`PAGERDUTY_SERVICE_ID: the service ${quiet}, so it pages nobody`];
    },
  },
  {
    name: "the key that pages",
    credential: pagerdutyCredentials.page,
    // What a key may do, the vendor doesn't tell: only that it is alive.
    async run(upstream) {
      const query = { limit: "1" };
      await upstream.read(
        { operation: PAGERDUTY_OPERATIONS.list, method: "GET", path: "/incidents", query },
        IncidentPage,
      );
      return [];
    },
  },
];
