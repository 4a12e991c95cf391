/**
 * What we rely on of PagerDuty's answers: an incident's id, and its key where it is looked for. Unknown fields are
 * ignored, and every other field may be absent or null.
 */
import * as z from "zod";
import { IncidentId, URGENCIES } from "../../capabilities/pages/page-on-call.ts";
import { records } from "../../toolkit/lists/records.ts";
import { opaqueId } from "../../toolkit/text/reported-text.ts";
import { word } from "../../toolkit/words.ts";

const text = z.string().nullish();

/** `Incident`. The vendor announces further statuses, so any word is one. */
export const IncidentRecord = z.object({
  id: IncidentId,
  incident_key: text,
  status: text,
  urgency: word(URGENCIES),
});
export type IncidentRecord = z.output<typeof IncidentRecord>;

/** One page of `listIncidents`. */
export const IncidentPage = z.object({ incidents: records(IncidentRecord) });

/** The answer of `createIncident`. */
export const CreatedIncident = z.object({ incident: IncidentRecord });

/** One page of `listUsers`. */
export const PagerdutyUserPage = z.object({ users: records(z.object({ email: text, role: text })) });

/** The answer of `getService`; without a service where there is none. */
export const ServiceOrNone = z.object({ service: z.object({ id: opaqueId, status: text }).nullish() });
