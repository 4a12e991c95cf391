/** What can be wrong with Elastic's settings, seen by looking: the space, and what each key may do in it. */

import * as z from "zod";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { searchRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { elasticCredentials } from "./credentials.ts";
import { ELASTIC_OPERATIONS } from "./errors.ts";
import { CasePage } from "./schemas.ts";

const flag = z.boolean().nullish();

/** What a key may do with the space's index of alerts. */
const Privileges = z.object({
  index: z.record(z.string(), z.object({ read: flag, write: flag, maintenance: flag })).nullish(),
});

export const elasticChecks: readonly VendorCheck[] = [
  {
    name: "alerts of the space",
    credential: elasticCredentials.read,
    async run(upstream) {
      await findAlerts(upstream, searchRequest({}, null, 1), 1);
      return [];
    },
  },
  {
    name: "cases of the space",
    credential: elasticCredentials.read,
    run: seesCases,
  },
  {
    name: "privileges on alerts",
    credential: elasticCredentials.alerts,
    async run(upstream) {
      const { index } = await upstream.read(
        { operation: ELASTIC_OPERATIONS.privileges, method: "GET", path: "/api/detection_engine/privileges" },
        Privileges,
      );
      // Elasticsearch may hold back what isn't known; it then shows when an alert is changed.
      const [granted] = Object.values(index ?? {});
      return (["read", "write", "maintenance"] as const)
        .filter((privilege) => granted?.[privilege] === false)
        .map(
          (privilege) =>
            `ELASTIC_ALERTS_API_KEY: give the key "${privilege}" on .alerts-security.alerts-<space>`,
        );
    },
  },
  {
    name: "cases",
    credential: elasticCredentials.cases,
    run: seesCases,
  },
];

async function seesCases(upstream: Upstream): Promise<readonly string[]> {
  const query = { owner: "securitySolution", perPage: "1" };
  await upstream.read(
    { operation: ELASTIC_OPERATIONS.findCases, method: "GET", path: "/api/cases/_find", query },
    CasePage,
  );
  return [];
}
