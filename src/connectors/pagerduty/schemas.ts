/** What we rely on of PagerDuty's answers, and nothing else: unknown fields are ignored. */
import * as z from "zod";

export const IncidentId = z.string().regex(/^[A-Z0-9]{1,64}$/);

/** `Incident`. The vendor announces further statuses, so any word is one. */
export const IncidentRecord = z.object({
  id: IncidentId,
  incident_key: z.string(),
  status: z.string(),
  urgency: z.enum(["high", "low"]),
});
export type IncidentRecord = z.output<typeof IncidentRecord>;

/** One page of `listIncidents`. */
export const IncidentPage = z.object({ incidents: z.array(IncidentRecord) });

/** The answer of `createIncident`. */
export const CreatedIncident = z.object({ incident: IncidentRecord });
