/** CrowdStrike, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { crowdstrikeChecks } from "./checks.ts";
import { containDevice, releaseDevice } from "./contain-device.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { getDetection } from "./get-detection.ts";
import { getDevice } from "./get-device.ts";
import { searchDetections } from "./search-detections.ts";
import { searchDevices } from "./search-devices.ts";
import { updateDetection } from "./update-detection.ts";

export const crowdstrikeConnector: Connector = {
  name: "crowdstrike",
  title: "CrowdStrike",
  credentials: Object.values(crowdstrikeCredentials),
  tools: [
    searchDevices,
    getDevice,
    containDevice,
    releaseDevice,
    searchDetections,
    getDetection,
    updateDetection,
  ],
  checks: crowdstrikeChecks,
};
