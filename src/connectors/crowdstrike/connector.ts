/** CrowdStrike, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { crowdstrikeChecks } from "./checks.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { crowdstrikeGetsDetection } from "./detections/get-detection.ts";
import { crowdstrikeSearchesDetections } from "./detections/search-detections.ts";
import { crowdstrikeUpdatesDetection } from "./detections/update-detection.ts";
import { crowdstrikeContains, crowdstrikeReleases } from "./devices/contain-device.ts";
import { crowdstrikeGetsDevice } from "./devices/get-device.ts";
import { crowdstrikeSearchesDevices } from "./devices/search-devices.ts";
import { crowdstrike } from "./errors.ts";

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
