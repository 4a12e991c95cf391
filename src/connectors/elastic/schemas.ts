/**
 * What we rely on of Elastic's answers, and nothing else: unknown fields are ignored, a field that is missing or
 * of another type is a changed contract. Strict is what the detection engine itself writes; what stands in the
 * event that an alert is about may be absent.
 */
import * as z from "zod";
import { opaqueId } from "../../untrusted/reported-text.ts";

/** An alert's id: a hash, or a UUID. */
export const AlertId = z
  .string()
  .refine((id) => /^[0-9a-f-]{32,64}$/.test(id), "must be an alert_id from search_alerts");

/** The statuses that can be set. */
export const STATUSES = ["open", "acknowledged", "closed"] as const;
export type AlertStatus = (typeof STATUSES)[number];

/** What an alert can be asked for; also the list of what is asked for. */
export const FIELDS = [
  "@timestamp",
  "kibana.alert.rule.uuid",
  "kibana.alert.rule.name",
  "kibana.alert.severity",
  "kibana.alert.risk_score",
  "kibana.alert.workflow_status",
  "host.name",
  "host.ip",
  "user.name",
] as const;

/** Elasticsearch answers fields as lists of values, also where there is one; the first is what counts. */
const first = <Value extends z.ZodType>(value: Value) =>
  z.preprocess((list) => (Array.isArray(list) ? list[0] : undefined), value);
const reported = first(z.string()).optional();

/** The name that tells alerts of one moment apart: `kibana.alert.uuid`. */
export const UniqueName = z.string().regex(/^[\w-]{1,64}$/);

/** Where an alert stands in the order of them: newest first, and in one moment by name. Epoch milliseconds. */
export const Position = z.tuple([z.int().min(0), UniqueName]);
export type Position = z.output<typeof Position>;

/** One of `hits.hits`. */
export const AlertHit = z.object({
  _id: AlertId,
  sort: Position,
  fields: z.object({
    "@timestamp": first(z.iso.datetime({ offset: true })),
    "kibana.alert.rule.uuid": first(opaqueId),
    "kibana.alert.rule.name": first(z.string()),
    "kibana.alert.severity": first(z.enum(["low", "medium", "high", "critical"])),
    "kibana.alert.risk_score": first(z.number()),
    // What is acknowledged was called in-progress once, and old alerts still say so.
    "kibana.alert.workflow_status": first(z.enum([...STATUSES, "in-progress"])),
    "host.name": reported,
    "host.ip": reported,
    "user.name": reported,
  }),
});
export type AlertHit = z.output<typeof AlertHit>;

/** The search response of Elasticsearch. */
export const AlertSearch = z.object({
  timed_out: z.boolean(),
  _shards: z.object({ total: z.int().min(0), failed: z.int().min(0) }),
  hits: z.object({ hits: z.array(AlertHit) }),
});
export type AlertSearch = z.output<typeof AlertSearch>;

/** The update-by-query response of Elasticsearch. */
export const StatusUpdate = z.object({
  timed_out: z.boolean().default(false),
  total: z.int().min(0),
  updated: z.int().min(0),
  version_conflicts: z.int().min(0),
  failures: z.array(z.unknown()),
});

/** `Cases_case_response_properties`, as far as it is used. */
export const Case = z.object({
  id: opaqueId,
  tags: z.array(z.string()),
  status: z.string().optional(),
});

/** `GET /api/cases/_find`. */
export const CasePage = z.object({ cases: z.array(Case) });
