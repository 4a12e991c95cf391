/** Simulates finding alerts and setting their status. */
import * as z from "zod";
import { counted } from "../paging.ts";
import type { Operation, VendorReply } from "../simulator.ts";
import type { World } from "../world.ts";
import type { Alert } from "./alert-seed.ts";
import type { Alerts } from "./alerts.ts";
import { guarded, vendor } from "./api-keys.ts";
import { platformFailure, siemFailure } from "./failure.ts";
import { jsonBody } from "./json-body.ts";
import { comparable, compare, compile, QueryError, sortKeys } from "./query.ts";

const searchBody = z.object({
  query: z.record(z.string(), z.unknown()).default({ match_all: {} }),
  size: z.int().min(0).max(10_000).default(10),
  sort: z.unknown().optional(),
  fields: z.array(z.string()).default([]),
  _source: z.union([z.boolean(), z.string(), z.array(z.string())]).default(true),
  track_total_hits: z.boolean().default(true),
});

/** What a key may do with the space's index of alerts. */
const privileges = { read: true, write: true, maintenance: true };

const status = z.enum(["open", "closed", "acknowledged", "in-progress"]);
const statusBody = z.union([
  z.object({ signal_ids: z.array(z.string().min(1)).min(1), status }),
  z.object({ query: z.record(z.string(), z.unknown()), conflicts: z.string().default("abort"), status }),
]);

const index = ".internal.alerts-security.alerts-default-000001";

/** Finding alerts and setting their status. What isn't in the document is ignored in a request, as Kibana does. */
export function alertOperations({ effects }: World, alerts: Alerts): Operation[] {
  return [
    {
      id: "SearchAlerts",
      method: "POST",
      path: "/api/detection_engine/signals/search",
      paging: counted("hits.hits", "hits.total.value"),
      ...guarded("alerts:read", (request) => {
        const body = searchBody.safeParse(jsonBody(request));
        if (!body.success) return platformFailure(400);
        return refusingBadQueries(() => search(body.data));
      }),
    },
    {
      id: "ReadPrivileges",
      method: "GET",
      path: "/api/detection_engine/privileges",
      ...guarded("alerts:write", () => ({
        status: 200,
        body: {
          username: "sallyport",
          has_all_requested: true,
          cluster: {},
          index: { ".alerts-security.alerts-default": privileges },
          application: {},
          is_authenticated: true,
          has_encryption_key: true,
        },
      })),
    },
    {
      id: "SetAlertsStatus",
      method: "POST",
      path: "/api/detection_engine/signals/status",
      ...guarded("alerts:write", (request) => {
        const body = statusBody.safeParse(jsonBody(request));
        if (!body.success) return platformFailure(400);
        const wanted = body.data;
        return refusingBadQueries(() => {
          const holds = compile("query" in wanted ? wanted.query : { ids: { values: wanted.signal_ids } });
          const found = alerts.all().filter(holds);
          const at = new Date(request.now).toISOString();
          // A repeat counts as one more effect: the vendor writes the status again, whatever it was.
          for (const { id } of found) {
            alerts.setStatus(id, wanted.status);
            const target = `alert/${id}`;
            effects.record({ vendor, action: "set_status", target, at, request_id: request.requestId });
          }
          return { status: 200, body: updated(found.length) };
        });
      }),
    },
  ];

  function search({
    query,
    size,
    sort,
    fields,
    _source,
    track_total_hits,
  }: z.output<typeof searchBody>): VendorReply {
    const keys = sortKeys(sort);
    const valuesOf = (alert: Alert) =>
      keys.map(({ field }) => {
        const [raw] = alert.fields[field] ?? [];
        return raw === undefined ? null : comparable(field, raw);
      });
    const found = alerts
      .all()
      .filter(compile(query))
      .map((alert) => ({ alert, values: valuesOf(alert) }))
      .sort((a, b) => inOrder(keys, a.values, b.values));
    const hits = found.slice(0, size).map(({ alert, values }) => ({
      _index: index,
      _id: alert.id,
      _score: null,
      ...(_source !== false && { _source: alert.fields }),
      ...(fields.length > 0 && { fields: pick(alert, fields) }),
      ...(keys.length > 0 && { sort: values }),
    }));
    const total = { value: found.length, relation: "eq" };
    return {
      status: 200,
      body: searchResponse({ ...(track_total_hits && { total }), max_score: null, hits }),
    };
  }
}

function searchResponse(hits: object) {
  return {
    took: 3,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits,
  };
}

function updated(count: number) {
  return {
    took: 81,
    timed_out: false,
    total: count,
    updated: count,
    deleted: 0,
    batches: 1,
    version_conflicts: 0,
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
    failures: [],
  };
}

/** What has no value comes last, whichever way the others are sorted. */
function inOrder(
  keys: readonly { sign: 1 | -1 }[],
  a: readonly (string | number | null)[],
  b: readonly (string | number | null)[],
): number {
  for (const [at, { sign }] of keys.entries()) {
    const [one = null, other = null] = [a[at], b[at]];
    if (one === null && other === null) continue;
    if (one === null || other === null) return one === null ? 1 : -1;
    const difference = compare(one, other) * sign;
    if (difference !== 0) return difference;
  }
  return 0;
}

function pick({ fields }: Alert, wanted: readonly string[]) {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => wanted.includes(field)));
}

/** What Elasticsearch refuses comes back through the detection engine, in its shape. */
function refusingBadQueries(work: () => VendorReply): VendorReply {
  try {
    return work();
  } catch (error) {
    if (error instanceof QueryError || error instanceof z.ZodError)
      return siemFailure(400, "parsing_exception");
    throw error;
  }
}
