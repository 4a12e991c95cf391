/** How Falcon changes a detection. */
import { updateDetection } from "../../../capabilities/detections/update-detection.ts";
import { serve } from "../../../toolkit/connector.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { describeAlerts } from "./detections.ts";
import { detectionOf } from "./normalise-detection.ts";
import { ABOUT_UPDATE, concludeDetectionUpdate, UPDATE_OPERATION } from "./update-answer.ts";

const DEADLINE_MS = 10_000;

/**
 * The tag that goes with a comment. A status can be read back and set twice without harm; a comment can be
 * neither, and a second one is there to stay. So a comment takes along, in the same request, a tag that names
 * its operation: where the tag is, the comment is, too.
 */
function tagOf(operation_id: string): string {
  return `sallyport:${operation_id}`;
}

export const crowdstrikeUpdatesDetection = serve(updateDetection, {
  credential: crowdstrikeCredentials.alerts_write,
  read_credential: crowdstrikeCredentials.alerts_read,
  class: "probe",
  // A comment that lands twice stands there twice.
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ CROWDSTRIKE_SETTLE_MS }) => CROWDSTRIKE_SETTLE_MS,
  async inspect({ detection_id, status, comment }, { upstream, operation_id }) {
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
  request: ({ detection_id, status, comment }, { operation_id }) => ({
    operation: UPDATE_OPERATION,
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
    about: ABOUT_UPDATE,
  }),
  conclude: (answer, { input: { detection_id, status }, before }) =>
    concludeDetectionUpdate(answer, { detection_id, title: before?.title ?? "Untitled", status }),
});
