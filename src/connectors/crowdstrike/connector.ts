/** CrowdStrike, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { crowdstrikeChecks } from "./checks.ts";
import { crowdstrikeContains, crowdstrikeReleases } from "./contain-device.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { crowdstrike } from "./errors.ts";
import { crowdstrikeGetsDetection } from "./get-detection.ts";
import { crowdstrikeGetsDevice } from "./get-device.ts";
import { crowdstrikeSearchesDetections } from "./search-detections.ts";
import { crowdstrikeSearchesDevices } from "./search-devices.ts";
import { crowdstrikeUpdatesDetection } from "./update-detection.ts";

export const crowdstrikeConnector: Connector = {
  vendor: crowdstrike,
  credentials: Object.values(crowdstrikeCredentials),
  serves: [
    crowdstrikeSearchesDevices,
    crowdstrikeGetsDevice,
    crowdstrikeContains,
    crowdstrikeReleases,
    crowdstrikeSearchesDetections,
    crowdstrikeGetsDetection,
    crowdstrikeUpdatesDetection,
  ],
  checks: crowdstrikeChecks,
};
