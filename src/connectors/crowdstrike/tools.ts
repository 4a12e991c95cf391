import type { Tool } from "../../path/tool.ts";
import { containDevice, releaseDevice } from "./contain-device.ts";
import { getDetection } from "./get-detection.ts";
import { getDevice } from "./get-device.ts";
import { searchDetections } from "./search-detections.ts";
import { searchDevices } from "./search-devices.ts";
import { updateDetection } from "./update-detection.ts";

/** What CrowdStrike contributes to the catalogue. */
export const crowdstrikeTools: readonly Tool[] = [
  searchDevices,
  getDevice,
  containDevice,
  releaseDevice,
  searchDetections,
  getDetection,
  updateDetection,
];
