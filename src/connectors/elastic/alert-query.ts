/** Searches for alerts, built from validated parts: no caller writes a query, and what they write are values in one. */
import type { UpstreamRequest } from "../../downstream/upstream.ts";
import type { JsonObject } from "../../path/tool.ts";
import { OPERATIONS } from "./errors.ts";
import { type AlertStatus, FIELDS, type Position } from "./schemas.ts";

/** What alerts are told apart by. */
export interface AlertFilter {
  readonly severity?: readonly string[] | undefined;
  readonly status?: AlertStatus | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
}

/** Names each alert once, and can be sorted by, which `_id` can't. */
const UNIQUE = "kibana.alert.uuid";

/** Alerts that `filter` holds for, newest first, from behind `position` on. */
export function searchRequest(filter: AlertFilter, position: Position | null, size: number): UpstreamRequest {
  const clauses = position === null ? clausesOf(filter) : [...clausesOf(filter), behind(position)];
  return request({ bool: { filter: clauses } }, size);
}

/** The alert of that id. */
export function alertRequest(alert_id: string): UpstreamRequest {
  return request({ ids: { values: [alert_id] } }, 1);
}

function request(query: JsonObject, size: number): UpstreamRequest {
  return {
    operation: OPERATIONS.searchAlerts,
    method: "POST",
    path: "/api/detection_engine/signals/search",
    json: {
      query,
      size,
      sort: [{ "@timestamp": "desc" }, { [UNIQUE]: "asc" }],
      // Only what is used: the rest of an alert may be anything that was in the event.
      _source: false,
      fields: FIELDS,
      track_total_hits: false,
    },
  };
}

function clausesOf({ severity, status, since }: AlertFilter): JsonObject[] {
  return [
    ...(severity === undefined ? [] : [{ terms: { "kibana.alert.severity": severity } }]),
    ...(status === undefined ? [] : [{ terms: { "kibana.alert.workflow_status": stored(status) } }]),
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
function behind([time, unique]: Position): JsonObject {
  const moment = (bound: string) => ({ range: { "@timestamp": { [bound]: time, format: "epoch_millis" } } });
  const sameMoment = { range: { "@timestamp": { gte: time, lte: time, format: "epoch_millis" } } };
  return {
    bool: {
      should: [moment("lt"), { bool: { filter: [sameMoment, { range: { [UNIQUE]: { gt: unique } } }] } }],
      minimum_should_match: 1,
    },
  };
}
