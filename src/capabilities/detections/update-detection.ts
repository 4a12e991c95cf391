/** Declares the tool that sets a detection's status, and may add a comment that stays for good. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { digest } from "../../toolkit/digest.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { AnyDetectionStatus, DETECTION_STATUSES, DetectionId } from "./detection.ts";

const WINDOW_MS = 60 * 60 * 1000;

export const updateDetection = changeSpec({
  name: "update_detection",
  title: "Update a detection",
  description:
    "Sets a detection's status. A comment stays for good, and brings a tag that names the operation. Next: get_detection.",
  // Overwrites a status; and when the window is over, the same comment is added again.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "detections",
  scope: "detections:write",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: null,
  input: z.strictObject({
    detection_id: DetectionId.describe("From search_detections"),
    status: z.enum(DETECTION_STATUSES).describe("What to set it to"),
    comment: z.string().trim().min(1).max(1000).optional().describe("For analysts, in the vendor's console"),
  }),
  output: z.strictObject({ detection_id: DetectionId, title: reportedText(), status: AnyDetectionStatus }),
  target: ({ detection_id }) => ({ kind: "detection", id: detection_id }),
  sets: ({ status }) => ({ status }),
  says: ({ comment }): JsonObject => (comment === undefined ? {} : { comment: digest({ comment }) }),
});
