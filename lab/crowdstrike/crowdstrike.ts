/** Simulates CrowdStrike Falcon. */
import type { Simulator, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { alerts } from "./alerts/alerts.ts";
import { authorizationOperations, vendor } from "./authorization.ts";
import { drift } from "./drift.ts";
import { envelope, failure } from "./envelope.ts";
import { Containment } from "./hosts/containment.ts";
import { hostActions } from "./hosts/host-actions.ts";
import { hostEntities } from "./hosts/host-entities.ts";
import { hostQueries } from "./hosts/host-queries.ts";

const requestsPerMinute = 6000;

/** CrowdStrike Falcon: tokens, hosts and alerts. Held against the vendor's document by `test/contracts`. */
export function crowdstrike(world: World): Simulator {
  const containment = new Containment(world.storage);
  const recent: number[] = [];

  return {
    vendor,
    operations: [
      ...authorizationOperations(world),
      ...hostQueries(world, containment),
      ...hostEntities(world, containment),
      ...hostActions(world, containment),
      ...alerts(world, containment),
    ],
    failure: (request, status) => failure(request, status),
    tokenRefused: (request) => failure(request, 401),
    partial: (request) =>
      envelope(request, successStatus(request), {
        resources: [],
        errors: [{ code: 500, message: "Internal Server Error: Please provide trace-id to support" }],
      }),
    rateLimited(request, until, nth) {
      // Seen in the wild in both units; a client has to tell them apart by magnitude.
      const retryAfter = nth % 2 === 1 ? Math.ceil(until / 1000) : until;
      return { ...failure(request, 429), headers: { "x-ratelimit-retryafter": String(retryAfter) } };
    },
    drift,
    headers(request, reply) {
      const windowStart = request.now - 60_000;
      while (recent[0] !== undefined && recent[0] <= windowStart) recent.shift();
      recent.push(request.now);
      // Counted but not enforced: being refused is a fault that a test asks for, not an accident of its speed.
      const remaining = reply.status === 429 ? 0 : Math.max(1, requestsPerMinute - recent.length);
      return {
        "x-cs-traceid": request.traceId,
        "x-ratelimit-limit": String(requestsPerMinute),
        "x-ratelimit-remaining": String(remaining),
      };
    },
  };
}

function successStatus({ operation }: VendorRequest): number {
  if (operation === "PerformActionV2") return 202;
  return operation === "oauth2AccessToken" ? 201 : 200;
}
