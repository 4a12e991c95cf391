/** How Falcon answers for one detection. */
import { getDetection } from "../../../capabilities/detections/get-detection.ts";
import { serve } from "../../../toolkit/connector.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { describeAlerts } from "./detections.ts";
import { detectionOf } from "./normalise-detection.ts";

export const crowdstrikeGetsDetection = serve(getDetection, {
  credentials: [crowdstrikeCredentials.alerts_read],
  async read({ detection_id }, _page, { upstream }) {
    const [record] = (await describeAlerts(upstream(crowdstrikeCredentials.alerts_read), [detection_id]))
      .records;
    return record === undefined
      ? { absent: { kind: "detection", id: detection_id } }
      : { data: detectionOf(record) };
  },
});
