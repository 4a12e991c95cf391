import * as z from "zod";
import { digest } from "../../toolkit/digest.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { defineChange, type JsonObject } from "../../toolkit/tool.ts";
import { DetectionId, STATUSES } from "./alert-schemas.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { describeAlerts } from "./detections.ts";
import { AnyStatus, detectionOf } from "./normalise-detection.ts";
import { settleMs } from "./settings.ts";
import { ABOUT, concludeUpdate, OPERATION } from "./update-answer.ts";

const WINDOW_MS = 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

/**
 * The tag that goes with a comment. A status can be read back and set twice without harm; a comment can be
 * neither, and a second one is there to stay. So a comment takes along, in the same request, a tag that names
 * its operation: where the tag is, the comment is, too.
 */
function tagOf(operation_id: string): string {
  return `sallyport:${operation_id}`;
}

export const updateDetection = defineChange({
  name: "update_detection",
  title: "Update a detection",
  description:
    "Sets a detection's status. A comment stays for good, and brings a tag that names the operation. Next: get_detection.",
  // Overwrites a status; and when the window is over, the same comment is added again.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  scope: "detections:write",
  credential: crowdstrikeCredentials.alerts_write,
  read_credential: crowdstrikeCredentials.alerts_read,
  effect: {
    class: "probe",
    // A comment that lands twice stands there twice.
    repeat: "adds",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({
    detection_id: DetectionId.describe("From search_detections"),
    status: z.enum(STATUSES).describe("What to set it to"),
    comment: z.string().trim().min(1).max(1000).optional().describe("For analysts, in the vendor's console"),
  }),
  output: z.strictObject({ detection_id: DetectionId, title: reportedText(), status: AnyStatus }),
  target: ({ detection_id }) => ({ kind: "detection", id: detection_id }),
  sets: ({ status }) => ({ status }),
  says: ({ comment }): JsonObject => (comment === undefined ? {} : { comment: digest({ comment }) }),
  async inspect({ detection_id, status, comment }, upstream, _env, operation_id) {
    const [record] = (await describeAlerts(upstream, [detection_id])).records;
    if (record === undefined) return { exists: false };
    const { title, status: now } = detectionOf(record);
    const as_wanted = now === status;
    const commented = comment === undefined || (record.tags ?? []).includes(tagOf(operation_id));
    const seen = {
      exists: true,
      attributes: {},
      data: { detection_id, title, status: now },
    } as const;
    // A comment of ours is there, so it was done, whatever became of the status since.
    const landed = comment !== undefined && commented ? { landed: true as const } : {};
    const unsure = now === "unknown" && landed.landed === undefined ? { unsure: true as const } : {};
    return { ...seen, in_effect: as_wanted && commented, ...landed, ...unsure };
  },
  request: ({ detection_id, status, comment }, operation_id) => ({
    operation: OPERATION,
    method: "PATCH",
    path: "/alerts/entities/alerts/v3",
    json: {
      composite_ids: [detection_id],
      action_parameters: [
        { name: "update_status", value: status },
        ...(comment === undefined
          ? []
          : [
              { name: "append_comment", value: comment },
              { name: "add_tag", value: tagOf(operation_id) },
            ]),
      ],
    },
    about: ABOUT,
  }),
  conclude: (answer, { input: { detection_id, status }, before }) =>
    concludeUpdate(answer, { detection_id, title: before?.title ?? "Untitled", status }),
});
