/** Simulates opening and changing incidents. */
import * as z from "zod";
import { accounts } from "../estate/people.ts";
import type { VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { failure, refusal } from "./errors.ts";
import { incidentRecord, incidentStatuses, isService, urgencies } from "./incident.ts";
import type { Incidents } from "./incidents.ts";

const Creation = z.object({
  incident: z.object({
    type: z.literal("incident"),
    title: z.string().min(1).max(1024),
    service: z.object({ id: z.string(), type: z.literal("service_reference") }),
    urgency: z.enum(urgencies).default("high"),
    incident_key: z.string().min(1).max(255).optional(),
  }),
});

const Update = z.object({
  incident: z.object({
    type: z.enum(["incident", "incident_reference"]),
    status: z.enum(incidentStatuses).exclude(["triggered"]),
  }),
});

/** What changes incidents: opening one, and acknowledging or resolving it. Both want to know who asks, in `From`. */
export class IncidentChanges {
  readonly #world: World;
  readonly #vendor: string;
  readonly #incidents: Incidents;

  constructor(world: World, vendor: string, incidents: Incidents) {
    this.#world = world;
    this.#vendor = vendor;
    this.#incidents = incidents;
  }

  /** A key is refused only while an incident that has it is open. */
  create(request: VendorRequest): VendorReply {
    const refused = unknownRequester(request);
    if (refused) return refused;
    const parsed = Creation.safeParse(json(request));
    if (!parsed.success) return failure(400, `${parsed.error.issues[0]?.path.join(".")} is invalid.`);
    const { title, service, urgency, incident_key: incidentKey = request.traceId } = parsed.data.incident;
    if (!isService(service.id)) return refusal("service");
    if (this.#incidents.open(service.id, incidentKey)) return refusal("duplicate");
    const [, , onCall = { id: "nobody", name: "Nobody" }] = accounts;
    const incident = this.#incidents.create({
      title,
      service: service.id,
      urgency,
      status: "triggered",
      incidentKey,
      assignee: { id: onCall.id, name: onCall.name },
      createdAt: request.now,
      changedAt: request.now,
    });
    this.#record(request, incident.id);
    return { status: 201, body: { incident: incidentRecord(incident) } };
  }

  update(request: VendorRequest): VendorReply {
    const refused = unknownRequester(request);
    if (refused) return refused;
    const incident = this.#incidents.find(request.params.id ?? "");
    if (!incident) return failure(404);
    const parsed = Update.safeParse(json(request));
    if (!parsed.success) return failure(400, `${parsed.error.issues[0]?.path.join(".")} is invalid.`);
    const { status } = parsed.data.incident;
    const changed = this.#incidents.save({ ...incident, status, changedAt: request.now });
    this.#record(request, changed.id);
    return { status: 200, body: { incident: incidentRecord(changed) } };
  }

  #record({ operation, now, requestId }: VendorRequest, id: string): void {
    this.#world.effects.record({
      vendor: this.#vendor,
      action: operation,
      target: `incident/${id}`,
      at: new Date(now).toISOString(),
      request_id: requestId,
    });
  }
}

function unknownRequester({ headers }: VendorRequest): VendorReply | undefined {
  const from = headers.get("from");
  if (from === null) return refusal("noRequester");
  return accounts.some(({ email }) => email === from) ? undefined : refusal("requester");
}

function json({ body }: VendorRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
