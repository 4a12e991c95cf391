import type { Tool } from "../../path/tool.ts";
import { containDevice, releaseDevice } from "./contain-device.ts";
import { getDevice } from "./get-device.ts";
import { searchDevices } from "./search-devices.ts";

/** What CrowdStrike contributes to the catalogue. */
export const crowdstrikeTools: readonly Tool[] = [searchDevices, getDevice, containDevice, releaseDevice];
