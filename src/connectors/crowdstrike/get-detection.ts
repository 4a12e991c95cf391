import * as z from "zod";
import { defineRead } from "../../toolkit/tool.ts";
import { DetectionId } from "./alert-schemas.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { describeAlerts } from "./detections.ts";
import { detectionOf, WholeDetection } from "./normalise-detection.ts";

export const getDetection = defineRead({
  name: "get_detection",
  title: "Get a detection",
  description:
    "One detection as it is now: status, severity, who is assigned, device, user, process with its command line and hashes, attack technique.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "detections:read",
  credentials: [crowdstrikeCredentials.alerts_read],
  input: z.strictObject({ detection_id: DetectionId.describe("From search_detections") }),
  output: WholeDetection,
  async run({ detection_id }, { now, upstream: through }) {
    const upstream = through(crowdstrikeCredentials.alerts_read);
    const [record] = (await describeAlerts(upstream, [detection_id])).records;
    const source = { source: upstream.source, queried_at: new Date(now).toISOString() };
    if (record === undefined) {
      return {
        outcome: "not_found",
        resource: { kind: "detection", id: detection_id },
        sources: [{ ...source, status: "not_found", count: 0 }],
      };
    }
    return { outcome: "found", data: detectionOf(record), sources: [{ ...source, status: "ok", count: 1 }] };
  },
});
