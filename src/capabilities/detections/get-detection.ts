/** Declares the tool that reads one detection as it is now. */
import * as z from "zod";
import { readSpec } from "../../toolkit/read.ts";
import { DetectionId, WholeDetection } from "./detection.ts";

export const getDetection = readSpec({
  name: "get_detection",
  title: "Get a detection",
  description:
    "One detection as it is now: status, severity, who is assigned, device, user, process with its command line and hashes, attack technique.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "detections",
  scope: "detections:read",
  input: z.strictObject({ detection_id: DetectionId.describe("From search_detections") }),
  output: WholeDetection,
});
