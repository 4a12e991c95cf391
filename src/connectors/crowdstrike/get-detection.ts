import * as z from "zod";
import { defineRead } from "../../path/tool.ts";
import { DetectionId } from "./alert-schemas.ts";
import { describeAlerts } from "./detections.ts";
import { Detection, detectionOf } from "./normalise-detection.ts";

export const getDetection = defineRead({
  name: "get_detection",
  title: "Get a detection",
  description: "One detection as it is now: status, severity, who is assigned, device and attack technique.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "detections:read",
  credentials: ["crowdstrike.alerts_read"],
  input: z.strictObject({ detection_id: DetectionId.describe("From search_detections") }),
  output: Detection,
  async run({ detection_id }, { now, upstream: through }) {
    const upstream = through("crowdstrike.alerts_read");
    const [record] = await describeAlerts(upstream, [detection_id]);
    const source = {
      source: upstream.source,
      status: "ok",
      queried_at: new Date(now).toISOString(),
    } as const;
    if (record === undefined) {
      return {
        outcome: "not_found",
        resource: { kind: "detection", id: detection_id },
        sources: [{ ...source, count: 0 }],
      };
    }
    return { outcome: "found", data: detectionOf(record), sources: [{ ...source, count: 1 }] };
  },
});
