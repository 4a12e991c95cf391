/** Simulates Elastic Security behind Kibana. */
import type { Simulator, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { alertOperations } from "./alert-operations.ts";
import { Alerts } from "./alerts.ts";
import { vendor } from "./api-keys.ts";
import { caseOperations } from "./case-operations.ts";
import { drift } from "./drift.ts";
import { platformFailure, siemFailure } from "./failure.ts";

/** Elastic Security, as Kibana's API shows it: alerts and cases. Held against the vendor's document by `test/contracts`. */
export function elastic(world: World): Simulator {
  const alerts = new Alerts(world.storage, world.estate);

  return {
    vendor,
    operations: [...alertOperations(world, alerts), ...caseOperations(world)],
    failure: ({ operation }, status) =>
      isDetectionEngine(operation) && status >= 500 ? siemFailure(status) : platformFailure(status),
    tokenRefused: () => platformFailure(401),
    partial,
    rateLimited(request, until) {
      const retryAfter = Math.max(1, Math.ceil((until - request.now) / 1000));
      return { ...platformFailure(429), headers: { "retry-after": String(retryAfter) } };
    },
    drift,
    headers: () => ({ "kbn-name": "lab-kibana" }),
  };
}

const isDetectionEngine = (operation: string) =>
  operation === "SearchAlerts" || operation === "SetAlertsStatus";

/** A 2xx that says that something didn't work. What concerns cases has no such answer: it is simply not all there. */
function partial({ operation }: VendorRequest): VendorReply {
  switch (operation) {
    case "SearchAlerts":
      return {
        status: 200,
        body: {
          took: 3,
          timed_out: true,
          _shards: { total: 2, successful: 1, skipped: 0, failed: 1 },
          hits: { total: { value: 0, relation: "gte" }, max_score: null, hits: [] },
        },
      };
    case "SetAlertsStatus":
      return {
        status: 200,
        body: {
          took: 3,
          timed_out: false,
          total: 1,
          updated: 0,
          noops: 0,
          version_conflicts: 1,
          failures: [],
        },
      };
    default:
      return { status: 200, body: {} };
  }
}
