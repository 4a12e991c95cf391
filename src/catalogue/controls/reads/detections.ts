/**
 * Reads open, severe detections older than a day that have nobody assigned, and says where that can't be
 * told.
 */
import type { Detection } from "../../../capabilities/detections/detection.ts";
import { crowdstrikeCredentials } from "../../../connectors/crowdstrike/credentials.ts";
import { OPEN_AND_MAYBE_SEVERE } from "../../../connectors/crowdstrike/detections/detection-filter.ts";
import { describeAlerts, listAlertIds } from "../../../connectors/crowdstrike/detections/detections.ts";
import { detectionOf } from "../../../connectors/crowdstrike/detections/normalise-detection.ts";
import { notTold, sweep } from "../../../connectors/crowdstrike/sweep.ts";
import { mapRecords } from "../../../toolkit/lists/records.ts";
import type { Part, Read } from "../control.ts";
import { DAY_MS } from "../days.ts";

/** A check reads no more: each may be 24 KB long. */
const MOST = 4_000;

/** A detection of which is known when it was written down. */
export type DatedDetection = Detection & { readonly created_time: string };

/**
 * Open detections of high or critical severity that were written down a day ago or earlier and that nobody is assigned
 * to. Who is assigned is judged here: how the vendor's filter treats an absent name isn't documented.
 */
export const unassignedForADay: Read<DatedDetection> = {
  what: "open, unassigned detections of severity high or critical",
  credential: crowdstrikeCredentials.alerts_read,
  population: false,
  async run(upstream, { now }): Promise<Part<DatedDetection>> {
    const { items, error, more } = await sweep({
      operation: "GetQueriesAlertsV2",
      ids_at_once: MOST,
      most: MOST,
      list: (offset, limit) => listAlertIds(upstream, { filter: OPEN_AND_MAYBE_SEVERE, offset, limit }),
      describe: async (ids) => mapRecords(await describeAlerts(upstream, ids), detectionOf),
    });
    const unassigned = items.filter(({ assigned_to }) => assigned_to === null);
    const overdue = unassigned.filter((detection) => isOverdue(detection, now) === true) as DatedDetection[];
    const unknown = unassigned.filter((detection) => isOverdue(detection, now) === null).length;
    return {
      items: overdue,
      error: error ?? (unknown > 0 ? notTold(unknown, "severity, status or time") : null),
      more,
    };
  },
};

/** `null` where the vendor doesn't say enough. What is surely not overdue needs no more. */
function isOverdue({ severity, status, created_time }: Detection, now: number): boolean | null {
  const severe =
    severity === "Unknown" || severity === "Other" ? null : ["High", "Critical"].includes(severity);
  const open = status === "unknown" ? null : status !== "closed";
  const old = created_time === null ? null : now - Date.parse(created_time) >= DAY_MS;
  const facts = [severe, open, old];
  return facts.includes(false) ? false : facts.includes(null) ? null : true;
}
