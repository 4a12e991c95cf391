/** Simulates listing incidents. */
import * as z from "zod";
import type { VendorReply, VendorRequest } from "../simulator.ts";
import { failure } from "./errors.ts";
import { type Incident, incidentRecord, incidentStatuses, urgencies } from "./incident.ts";
import type { Incidents } from "./incidents.ts";

const monthMs = 30 * 86_400_000;
const mostResults = 100;
/** Pages beyond it are refused. */
const lastOffset = 10_000;

const Query = z.object({
  incident_key: z.string().nullable(),
  date_range: z.literal("all").nullable(),
  since: z.coerce.date().nullable(),
  until: z.coerce.date().nullable(),
  "statuses[]": z.array(z.enum(incidentStatuses)),
  "urgencies[]": z.array(z.enum(urgencies)),
  "service_ids[]": z.array(z.string()),
  sort_by: z
    .string()
    .regex(/^(incident_number|created_at)(:(asc|desc))?$/)
    .nullable(),
  limit: z.coerce.number().int().min(1).max(mostResults),
  offset: z.coerce.number().int().min(0).max(lastOffset),
  total: z.enum(["true", "false"]).nullable(),
});

/**
 * A page of incidents. Of the last month only, unless another range is asked for; an empty key is no key, so
 * that whoever looks for one without having it finds everything.
 */
export function listIncidents(incidents: Incidents, request: VendorRequest): VendorReply {
  const { query, now } = request;
  const parsed = Query.safeParse({
    ...Object.fromEntries(
      ["incident_key", "date_range", "since", "until", "sort_by", "total"].map((name) => [
        name,
        query.get(name),
      ]),
    ),
    ...Object.fromEntries(
      ["statuses[]", "urgencies[]", "service_ids[]"].map((name) => [name, query.getAll(name)]),
    ),
    limit: query.get("limit") ?? "25",
    offset: query.get("offset") ?? "0",
  });
  if (!parsed.success) return failure(400, `${parsed.error.issues[0]?.path.join(".")} is invalid.`);
  const asked = parsed.data;
  const from = asked.date_range === "all" ? 0 : (asked.since?.getTime() ?? now - monthMs);
  const to = asked.date_range === "all" ? now : (asked.until?.getTime() ?? now);
  const found = incidents
    .all()
    .filter(
      (incident) =>
        (!asked.incident_key || incident.incidentKey === asked.incident_key) &&
        among(asked["statuses[]"], incident.status) &&
        among(asked["urgencies[]"], incident.urgency) &&
        among(asked["service_ids[]"], incident.service) &&
        incident.createdAt >= from &&
        incident.createdAt <= to,
    )
    .toSorted(order(asked.sort_by));
  const { offset, limit } = asked;
  return {
    status: 200,
    body: {
      incidents: found.slice(offset, offset + limit).map(incidentRecord),
      limit,
      offset,
      more: offset + limit < found.length,
      total: asked.total === "true" ? found.length : null,
    },
  };
}

function among<Value>(wanted: readonly Value[], value: Value): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

/** Incidents are numbered as they are created, so both fields sort alike. */
function order(sortBy: string | null): (a: Incident, b: Incident) => number {
  const sign = sortBy?.endsWith(":desc") ? -1 : 1;
  return (a, b) => sign * (a.number - b.number);
}
