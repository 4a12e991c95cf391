/**
 * What we rely on of Elastic's answers: an alert's id and its place in the order. Unknown fields are ignored, and every
 * other field may be absent: rules write what they find, and other writers less. One of another type makes its record
 * unreadable.
 */
import * as z from "zod";
import { AlertId } from "../../capabilities/alerts/alert.ts";
import { records } from "../../toolkit/lists/records.ts";
import { opaqueId } from "../../toolkit/text/reported-text.ts";

/** A field as Elasticsearch answers it, mostly as a list of values, also where there is one. */
const valuesOf = (field: unknown): unknown[] =>
  (Array.isArray(field) ? field : [field]).filter((value) => value !== null && value !== undefined);
/** The first value is what counts; of a field with more than one subject, {@link texts} are all kept. */
const first = <Value extends z.ZodType>(value: Value) =>
  z.preprocess((field) => valuesOf(field)[0], value.optional());
const text = first(z.string());
const texts = z.preprocess(valuesOf, z.array(z.string()));

const Fields = z.object({
  "@timestamp": first(z.iso.datetime({ offset: true })),
  "kibana.alert.rule.uuid": first(opaqueId),
  "kibana.alert.rule.name": text,
  "kibana.alert.severity": text,
  "kibana.alert.risk_score": first(z.number()),
  "kibana.alert.workflow_status": text,
  "kibana.alert.reason": text,
  "host.name": texts,
  "host.ip": texts,
  "user.name": texts,
  "user.domain": text,
  "process.name": text,
  "process.executable": text,
  "process.command_line": text,
  "process.hash.sha256": text,
  "process.hash.sha1": text,
  "process.hash.md5": text,
  "process.parent.name": text,
  "process.parent.executable": text,
  "process.parent.command_line": text,
  "file.name": text,
  "file.path": text,
  "file.hash.sha256": text,
  "file.hash.sha1": text,
  "file.hash.md5": text,
  "source.ip": texts,
  "destination.ip": texts,
});
export type AlertFields = z.output<typeof Fields>;

/** What is asked for of an alert: what is needed to judge it, and nothing else of the event behind it. */
export const FIELDS: readonly string[] = Object.keys(Fields.shape);

/** The name that tells alerts of one moment apart: `kibana.alert.uuid`. Alerts of 7.x, and some of 8.0, have none. */
const UniqueName = opaqueId.nullable();

/** Where an alert stands in the order of them: newest first, and in one moment by name. Epoch milliseconds. */
const Position = z.tuple([z.int().min(0), UniqueName]);

/** One of `hits.hits`. */
export const AlertHit = z.object({
  _id: AlertId,
  sort: Position,
  fields: z.preprocess((fields) => fields ?? {}, Fields),
});
export type AlertHit = z.output<typeof AlertHit>;

/** The search response of Elasticsearch. */
export const AlertSearch = z.object({
  timed_out: z.boolean(),
  _shards: z.object({ total: z.int().min(0), failed: z.int().min(0) }),
  hits: z.object({
    hits: records(AlertHit),
    total: z.object({ value: z.int().min(0), relation: z.string() }).nullish(),
  }),
});
export type AlertSearch = z.output<typeof AlertSearch>;

const count = z.int().min(0);

/** The update-by-query response of Elasticsearch, and the shorter one of the releases that update by `_bulk`. */
export const StatusUpdate = z.object({
  timed_out: z.boolean().default(false),
  updated: count,
  version_conflicts: count.default(0),
  failures: z.array(z.unknown()).nullish(),
});

/** `Cases_case_response_properties`, as far as it is used. */
export const Case = z.object({
  id: opaqueId,
  tags: z.array(z.string()).nullish(),
  status: z.string().nullish(),
});

/** `GET /api/cases/_find`. */
export const CasePage = z.object({ cases: records(Case) });
