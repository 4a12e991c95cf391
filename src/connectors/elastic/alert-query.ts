/** Searches for alerts, built from validated parts: no caller writes a query, and what they write are values in one. */

import type { AlertStatus } from "../../capabilities/alerts/alert.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { UpstreamRequest } from "../../toolkit/upstream/upstream.ts";
import { ELASTIC_OPERATIONS } from "./errors.ts";
import { anyOfNames, hostClause, ruleClause, userClause } from "./named-things.ts";
import type { KibanaSpace } from "./place.ts";
import { FIELDS } from "./schemas.ts";

/** What alerts are told apart by. */
export interface AlertFilter {
  readonly severity?: readonly string[] | undefined;
  readonly status?: AlertStatus | undefined;
  /** A name, whole or without its domain, or an address or a range of them. */
  readonly host?: string | undefined;
  /** A name, with or without a domain before it, an address, or an id. */
  readonly user?: string | undefined;
  /** A name, or an id. */
  readonly rule?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
}

/** Names most alerts once, and can be sorted by, which `_id` can't. */
const UNIQUE = "kibana.alert.uuid";

/** Alerts that `filter` holds for, newest first, from behind `place` on. */
export function searchRequest(filter: AlertFilter, place: KibanaSpace | null, size: number): UpstreamRequest {
  const clauses = place === null ? clausesOf(filter) : [...clausesOf(filter), behind(place)];
  return request({ bool: { filter: clauses } }, size);
}

/** The alert of that id. */
export function alertRequest(alert_id: string): UpstreamRequest {
  return request({ ids: { values: [alert_id] } }, 1);
}

function request(query: JsonObject, size: number): UpstreamRequest {
  return {
    operation: ELASTIC_OPERATIONS.searchAlerts,
    method: "POST",
    path: "/api/detection_engine/signals/search",
    json: {
      query,
      size,
      // Alerts of 7.x have no such name, and where there are no others, no index knows the field.
      sort: [{ "@timestamp": { order: "desc" } }, { [UNIQUE]: { order: "asc", unmapped_type: "keyword" } }],
      // Only what is used: the rest of an alert may be anything that was in the event.
      _source: false,
      fields: FIELDS,
      track_total_hits: true,
    },
  };
}

function clausesOf({ severity, status, host, user, rule, since }: AlertFilter): JsonObject[] {
  return [
    ...(severity === undefined ? [] : [{ terms: { "kibana.alert.severity": severity } }]),
    ...(status === undefined ? [] : [{ terms: { "kibana.alert.workflow_status": stored(status) } }]),
    ...(host === undefined ? [] : [hostClause(host)]),
    ...(user === undefined ? [] : [userClause(user)]),
    ...(rule === undefined ? [] : [ruleClause(rule)]),
    ...(since === undefined ? [] : [{ range: { "@timestamp": { gte: since } } }]),
  ];
}

/** The words that a status can be stored as: `acknowledged` was `in-progress` once. */
function stored(status: AlertStatus): readonly string[] {
  return status === "acknowledged" ? [status, "in-progress"] : [status];
}

/**
 * What `search_after` means, said as a query. Kibana's document doesn't list `search_after` for this operation, and
 * its code passes on only what the document lists: the same page would come again, without end.
 */
function behind({ time, unique, shown }: KibanaSpace): JsonObject {
  const at = { "@timestamp": { gte: time, lte: time, format: "epoch_millis" } };
  const nameless = { bool: { must_not: [{ exists: { field: UNIQUE } }, { ids: { values: shown } }] } };
  const rest = unique === null ? nameless : anyOfNames([{ range: { [UNIQUE]: { gt: unique } } }, nameless]);
  return anyOfNames([
    { range: { "@timestamp": { lt: time, format: "epoch_millis" } } },
    { bool: { filter: [{ range: at }, rest] } },
  ]);
}
