/** Lists the ids of CrowdStrike's alerts by a filter, and reads the alerts that belong to them. */
import type { JsonObject } from "../../../toolkit/json.ts";
import type { Records } from "../../../toolkit/lists/records.ts";
import type { Upstream } from "../../../toolkit/upstream/upstream.ts";
import { type IdPage, inOrder, type Listing, outOfReach, pageOf, REACH } from "../devices/devices.ts";
import { AlertDetails, AlertIdPage, type AlertRecord } from "./alert-schemas.ts";

/** What is listed of alerts. */
export interface AlertListing extends Listing {
  /** A text that may stand anywhere in an alert. */
  readonly text?: string | undefined;
}

/**
 * The ids of a page of alerts that a filter holds for, the newest first.
 * @throws Failure `invalid_input` where the vendor lists no further
 */
export async function listAlertIds(
  upstream: Upstream,
  { filter, offset, limit, text, about = [] }: AlertListing,
): Promise<IdPage> {
  if (offset >= REACH) throw outOfReach("detections", "since, until, severity, status, user or device_id");
  const operation = "GetQueriesAlertsV2";
  const page = await upstream.read(
    {
      operation,
      method: "GET",
      path: "/alerts/queries/alerts/v2",
      query: {
        ...(filter === null ? {} : { filter }),
        ...(text === undefined ? {} : { q: text }),
        sort: "created_timestamp|desc",
        offset: String(offset),
        limit: String(Math.min(limit, REACH - offset)),
      },
      about,
    },
    AlertIdPage,
  );
  return pageOf(operation, page, offset);
}

/** Those of `ids` that exist, as they are now, in the order of `ids`. */
export async function describeAlerts(
  upstream: Upstream,
  ids: readonly string[],
): Promise<Records<AlertRecord>> {
  if (ids.length === 0) return { records: [], unreadable: 0 };
  const operation = "PostEntitiesAlertsV2";
  const json: JsonObject = { composite_ids: ids };
  const { resources } = await upstream.read(
    { operation, method: "POST", path: "/alerts/entities/alerts/v2", json, about: ["detection_id"] },
    AlertDetails,
  );
  return inOrder(operation, resources, ids, "composite_id");
}
