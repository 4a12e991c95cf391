/** Simulates Okta. */
import type { Simulator, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { authorizationOperations, tokenRefused } from "./authorization.ts";
import { Directory } from "./directory.ts";
import { drift } from "./drift.ts";
import { errorBody, failure } from "./errors.ts";
import { lifecycleOperations } from "./lifecycle-operations.ts";
import { vendor } from "./link.ts";
import { logOperations } from "./log-operations.ts";
import { SystemLog } from "./system-log.ts";
import { userOperations } from "./user-operations.ts";

const requestsPerMinute = 600;

/** Okta: tokens, users, their lifecycle, and the system log. Held against the vendor's document by `test/contracts`. */
export function okta(world: World): Simulator {
  const directory = new Directory(world);
  const log = new SystemLog(world);

  return {
    vendor,
    operations: [
      ...authorizationOperations(world),
      ...userOperations(world, directory),
      ...lifecycleOperations(world, directory, log),
      ...logOperations(world, log),
    ],
    failure: (request, status) => failure(request, status),
    tokenRefused,
    partial: (request) => ({ status: successStatus(request), body: errorBody(request, 500) }),
    rateLimited: (request, until) => ({
      ...failure(request, 429),
      headers: { ...limits(request, 0), "x-rate-limit-reset": String(Math.ceil(until / 1000)) },
    }),
    drift,
    headers: (request, reply) => ({
      "x-okta-request-id": request.traceId,
      // The vendor's clock, which the reset has to be read by.
      date: new Date(request.now).toUTCString(),
      ...(reply.status === 429 ? {} : limits(request, requestsPerMinute - 1)),
    }),
  };
}

/** On every answer. Counted nowhere: being refused is a fault that a test asks for, not an accident of its speed. */
function limits({ now }: VendorRequest, remaining: number): NonNullable<VendorReply["headers"]> {
  return {
    "x-rate-limit-limit": String(requestsPerMinute),
    "x-rate-limit-remaining": String(remaining),
    "x-rate-limit-reset": String(Math.ceil((now + 60_000) / 1000)),
  };
}

function successStatus({ operation }: VendorRequest): number {
  return operation === "revokeUserSessions" ? 202 : 200;
}
