/** What an incident of Acme's can be. */
import type { Person } from "../estate/people.ts";

export const urgencies = ["high", "low"] as const;
export type Urgency = (typeof urgencies)[number];

export const incidentStatuses = ["triggered", "acknowledged", "resolved"] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** Acme's services, by id. */
export const services = { PSECOPS: "Security Operations", PPLATFM: "Platform" } as const;
export type ServiceId = keyof typeof services;

/** True if Acme has a service of that id. */
export function isService(id: string): id is ServiceId {
  return Object.hasOwn(services, id);
}

/** An incident. Times are epoch ms. */
export interface Incident {
  id: string;
  number: number;
  title: string;
  service: ServiceId;
  urgency: Urgency;
  status: IncidentStatus;
  incidentKey: string;
  assignee: Pick<Person, "id" | "name">;
  createdAt: number;
  changedAt: number;
}

const api = "https://api.pagerduty.com";
const site = "https://acme.pagerduty.com";

/** An incident as the vendor's `Incident` has it. */
export function incidentRecord(incident: Incident): Record<string, unknown> {
  const { id, number, title, status, urgency, assignee } = incident;
  const open = status !== "resolved";
  const changed = timeOf(incident.changedAt);
  return {
    id,
    type: "incident",
    summary: `[#${number}] ${title}`,
    self: `${api}/incidents/${id}`,
    html_url: `${site}/incidents/${id}`,
    incident_number: number,
    title,
    created_at: timeOf(incident.createdAt),
    updated_at: changed,
    status,
    incident_key: incident.incidentKey,
    service: {
      id: incident.service,
      type: "service_reference",
      summary: services[incident.service],
      self: `${api}/services/${incident.service}`,
      html_url: `${site}/service-directory/${incident.service}`,
    },
    assignments: open
      ? [
          {
            at: timeOf(incident.createdAt),
            assignee: {
              id: assignee.id,
              type: "user_reference",
              summary: assignee.name,
              self: `${api}/users/${assignee.id}`,
              html_url: `${site}/users/${assignee.id}`,
            },
          },
        ]
      : [],
    assigned_via: "escalation_policy",
    last_status_change_at: changed,
    ...(open ? {} : { resolved_at: changed }),
    alert_counts: { all: 0, triggered: 0, resolved: 0 },
    is_mergeable: open,
    pending_actions: [],
    acknowledgements: [],
    urgency,
  };
}

/** Without milliseconds, as the vendor writes times. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
