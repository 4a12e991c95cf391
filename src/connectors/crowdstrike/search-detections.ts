import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { severities } from "../severity.ts";
import { since } from "../since.ts";
import { STATUSES } from "./alert-schemas.ts";
import { detectionFilter } from "./detection-filter.ts";
import { describeAlerts, listAlertIds } from "./detections.ts";
import { lacking } from "./devices.ts";
import { Detection, detectionOf } from "./normalise-detection.ts";
import { DeviceId } from "./schemas.ts";

const Offset = z.int().min(0);

export const searchDetections = defineRead({
  name: "search_detections",
  title: "Search detections",
  description:
    "Detections, newest first: device, severity, attack technique, who is assigned. Next: get_device, update_detection, contain_device.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "detections:read",
  credentials: ["crowdstrike.alerts_read"],
  input: z.strictObject({
    severity: severities.optional(),
    status: z.enum(STATUSES).optional().describe("As analysts set it"),
    since,
    device_id: DeviceId.optional().describe("From search_devices"),
    limit,
    cursor,
  }),
  output: z.strictObject({ detections: z.array(Detection) }),
  async run({ cursor: from, limit: most, ...asked }, { now, upstream: through }) {
    const upstream = through("crowdstrike.alerts_read");
    const filter = detectionFilter(asked);
    const question = `search_detections ${filter}`;
    const offset = from === undefined ? 0 : decodeCursor(from, question, Offset);
    const { ids, next_offset } = await listAlertIds(upstream, filter, offset, most);
    const records = await describeAlerts(upstream, ids);
    const error = lacking(ids, records);
    const source = {
      source: upstream.source,
      count: records.length,
      queried_at: new Date(now).toISOString(),
    };
    return {
      outcome: "found",
      data: { detections: records.map(detectionOf) },
      sources: [error === null ? { ...source, status: "ok" } : { ...source, status: "error", error }],
      next_cursor: next_offset === null ? null : encodeCursor(next_offset, question),
    };
  },
});
