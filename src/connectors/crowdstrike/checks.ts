/** What a look at CrowdStrike shows of this instance's API clients and settings. */

import { asFailure } from "../../toolkit/failure.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { listAlertIds } from "./detections/detections.ts";
import { listDeviceIds } from "./devices/devices.ts";

const ONE = { filter: null, offset: 0, limit: 1 } as const;

const NO_HOSTS =
  "CrowdStrike shows no hosts at all. With Flight Control, set CROWDSTRIKE_MEMBER_CID to the customer that has them.";

/** True if the read is refused for want of permission: then the API client signed in, and can't read. */
async function mayNot(read: Promise<unknown>): Promise<boolean> {
  try {
    await read;
    return false;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === "credential_rejected" && failure.detail.upstream_status === 403) return true;
    throw failure;
  }
}

/** A client for changes signs in. It is meant to do nothing else, so its read must be refused. */
function writesOnly(read: (upstream: Upstream) => Promise<unknown>, scope: string, variable: string) {
  return async (upstream: Upstream) =>
    (await mayNot(read(upstream)))
      ? []
      : [`The API client of ${variable} can read, too. Give it the scope ${scope} alone.`];
}

export const crowdstrikeChecks: readonly VendorCheck[] = [
  {
    name: "hosts",
    credential: crowdstrikeCredentials.read,
    run: async (upstream) => ((await listDeviceIds(upstream, ONE)).total > 0 ? [] : [NO_HOSTS]),
  },
  {
    name: "alerts",
    credential: crowdstrikeCredentials.alerts_read,
    async run(upstream) {
      await listAlertIds(upstream, ONE);
      return [];
    },
  },
  {
    name: "API client for containment",
    credential: crowdstrikeCredentials.contain,
    run: writesOnly(
      (upstream) => listDeviceIds(upstream, ONE),
      "Hosts: WRITE",
      "CROWDSTRIKE_CONTAIN_CLIENT_ID",
    ),
  },
  {
    name: "API client for changes of alerts",
    credential: crowdstrikeCredentials.alerts_write,
    run: writesOnly(
      (upstream) => listAlertIds(upstream, ONE),
      "Alerts: WRITE",
      "CROWDSTRIKE_ALERTS_WRITE_CLIENT_ID",
    ),
  },
];
