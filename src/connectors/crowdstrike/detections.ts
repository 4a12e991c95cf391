import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import type { Severity } from "../severity.ts";
import { AlertDetails, AlertIdPage, type AlertRecord } from "./alert-schemas.ts";
import { detectionFilter } from "./detection-filter.ts";
import { type IdPage, lacking } from "./devices.ts";
import { crowdstrike } from "./errors.ts";
import { type Detection, detectionOf } from "./normalise-detection.ts";

/** The vendor lists no further than this, whatever there is. */
const REACH = 10_000;

/**
 * The ids of a page of alerts that a filter holds for, the newest first.
 * @throws Failure `invalid_input` where the vendor lists no further
 */
export async function listAlertIds(
  upstream: Upstream,
  filter: string | null,
  offset: number,
  limit: number,
): Promise<IdPage> {
  if (offset >= REACH) throw outOfReach();
  const { resources, meta } = await upstream.read(
    {
      operation: "GetQueriesAlertsV2",
      method: "GET",
      path: "/alerts/queries/alerts/v2",
      query: {
        ...(filter === null ? {} : { filter }),
        sort: "created_timestamp|desc",
        offset: String(offset),
        limit: String(Math.min(limit, REACH - offset)),
      },
    },
    AlertIdPage,
  );
  const ids = resources ?? [];
  const end = offset + ids.length;
  return { ids, next_offset: end < meta.pagination.total ? end : null };
}

/** Those of `ids` that exist, as they are now, in the order of `ids`. */
export async function describeAlerts(upstream: Upstream, ids: readonly string[]): Promise<AlertRecord[]> {
  if (ids.length === 0) return [];
  const operation = "PostEntitiesAlertsV2";
  const { resources } = await upstream.read(
    { operation, method: "POST", path: "/alerts/entities/alerts/v2", json: { composite_ids: ids } },
    AlertDetails,
  );
  const records = resources ?? [];
  const stranger = records.findIndex((record) => !ids.includes(record.composite_id));
  if (stranger >= 0) throw contractChanged(crowdstrike, operation, `resources.${stranger}.composite_id`);
  const byId = new Map(records.map((record) => [record.composite_id, record]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Detections as far as they could be read. */
export interface DetectionsRead {
  readonly detections: readonly Detection[];
  /** Why some are missing, or `null`. */
  readonly error: Failure | null;
  /** There are more than are read at once. */
  readonly more: boolean;
}

const CONTROL_PAGE = 500;
const CONTROL_PAGES = 4;

/**
 * Open detections that nobody is assigned to, of any of `severities`, written down before `before` (milliseconds
 * since the epoch). Who is assigned is judged here: how the vendor's filter treats an empty name isn't documented.
 * @param upstream through `crowdstrike.alerts_read`
 */
export async function unassignedDetections(
  upstream: Upstream,
  severities: readonly Severity[],
  before: number,
): Promise<DetectionsRead> {
  const filter = detectionFilter({
    severity: severities,
    status: "open",
    before: new Date(before).toISOString(),
  });
  const detections: Detection[] = [];
  let error: Failure | null = null;
  let offset: number | null = 0;
  for (let page = 0; page < CONTROL_PAGES && offset !== null; page += 1) {
    const { ids, next_offset }: IdPage = await listAlertIds(upstream, filter, offset, CONTROL_PAGE);
    const records = await describeAlerts(upstream, ids);
    error ??= lacking(ids, records);
    detections.push(...records.map(detectionOf).filter(({ assigned_to }) => assigned_to === null));
    offset = next_offset;
  }
  return { detections, error, more: offset !== null };
}

function outOfReach(): Failure {
  const message = `CrowdStrike lists no more than ${REACH} detections for one search.`;
  return new Failure("invalid_input", message, {
    next_step: "Narrow the search with since, severity, status or device_id, and begin it anew.",
    issues: [{ path: "cursor", message, hint: "Leave it out, and narrow the search." }],
  });
}
