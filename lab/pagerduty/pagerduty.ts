/** Simulates PagerDuty. */
import { accounts } from "../estate/people.ts";
import type { Operation, Simulator, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { IncidentChanges } from "./change-incidents.ts";
import { drift } from "./drift.ts";
import { failure } from "./errors.ts";
import { incidentRecord, isService, services } from "./incident.ts";
import { Incidents } from "./incidents.ts";
import { type Scope, scopesOf } from "./keys.ts";
import { listIncidents } from "./list-incidents.ts";

const vendor = "pagerduty";
const requestsPerMinute = 960;
/** The version of the API is asked for in `Accept`. */
const accepted = "application/vnd.pagerduty+json;version=2";

/** PagerDuty: listing, reading, opening and changing incidents. Held against the vendor's document by `test/contracts`. */
export function pagerduty(world: World): Simulator {
  const incidents = new Incidents(world);
  const changes = new IncidentChanges(world, vendor, incidents);
  return {
    vendor,
    operations: [
      {
        id: "listIncidents",
        method: "GET",
        path: "/incidents",
        ...guarded("incidents.read", (request) => listIncidents(incidents, request)),
      },
      {
        id: "listUsers",
        method: "GET",
        path: "/users",
        ...guarded("incidents.read", ({ query }) => {
          const wanted = (query.get("query") ?? "").toLowerCase();
          const users = accounts
            .filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted))
            .map(({ id, name, email }) => ({ id, type: "user", name, email, role: "user" }));
          return { status: 200, body: { users, limit: 25, offset: 0, more: false, total: null } };
        }),
      },
      {
        id: "getService",
        method: "GET",
        path: "/services/{id}",
        ...guarded("incidents.read", ({ params }) => {
          const id = params.id ?? "";
          if (!isService(id)) return failure(404);
          return {
            status: 200,
            body: { service: { id, type: "service", name: services[id], status: "active" } },
          };
        }),
      },
      {
        id: "createIncident",
        method: "POST",
        path: "/incidents",
        ...guarded("incidents.write", (request) => changes.create(request)),
      },
      {
        id: "getIncident",
        method: "GET",
        path: "/incidents/{id}",
        ...guarded("incidents.read", (request) => {
          const incident = incidents.find(request.params.id ?? "");
          return incident ? { status: 200, body: { incident: incidentRecord(incident) } } : failure(404);
        }),
      },
      {
        id: "updateIncident",
        method: "PUT",
        path: "/incidents/{id}",
        ...guarded("incidents.write", (request) => changes.update(request)),
      },
    ],
    failure: (_request, status) => failure(status),
    tokenRefused: () => failure(401),
    partial: (request) => ({ ...failure(500), status: request.operation === "createIncident" ? 201 : 200 }),
    rateLimited: (request, until) => ({
      ...failure(429),
      headers: {
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(Math.ceil((until - request.now) / 1000)),
      },
    }),
    drift,
    headers: (request) => ({
      "x-request-id": request.traceId,
      "ratelimit-limit": String(requestsPerMinute),
      "ratelimit-remaining": String(requestsPerMinute - 1),
      "ratelimit-reset": "60",
    }),
  };
}

/** Wraps an operation: it is only reached with a key that has the scope, and by whoever asks for the version. */
function guarded(
  scope: Scope,
  handle: (request: VendorRequest) => VendorReply,
): Pick<Operation, "takesToken" | "handle"> {
  return {
    takesToken: true,
    handle(request) {
      const scopes = scopesOf(request);
      if (!scopes) return failure(401);
      if (!scopes.includes(scope)) return failure(403);
      if (request.headers.get("accept") !== accepted) return failure(400, "Accept header is invalid.");
      return handle(request);
    },
  };
}
