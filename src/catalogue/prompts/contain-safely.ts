/** Declares the prompt that leads a model to look, ask, contain a device once, and check. */
import * as z from "zod";
import { searchDetections } from "../../capabilities/detections/search-detections.ts";
import { containDevice, releaseDevice } from "../../capabilities/devices/contain-device.ts";
import { DeviceId } from "../../capabilities/devices/device.ts";
import { getDevice } from "../../capabilities/devices/get-device.ts";
import { getOperation } from "../own/get-operation.ts";
import { definePrompt } from "./prompt.ts";

export const containSafely = definePrompt({
  name: "contain_safely",
  title: "Contain a device safely",
  description: "Looks first, asks you, cuts the device off the network once, and makes sure that it is.",
  input: z.strictObject({ device_id: DeviceId.describe("As search_devices gives it") }),
  tools: [getDevice, searchDetections, containDevice, releaseDevice, getOperation],
  text: ({ device_id }) => `Contain the device ${device_id}, safely.

1. Read it with ${getDevice.name}: hostname, criticality, containment. Read its detections with ${searchDetections.name} (device_id). If it is contained already, say so and stop.
2. Tell me what you found and what containing it would cut off. Go on only when I say so.
3. Call ${containDevice.name} with a reason that an approver can judge. If a call fails or you hear nothing, make the same call again: it is carried out at most once.
4. On pending_approval, give me operation.approval_url, and ask ${getOperation.name} later. On outcome_unknown, ask ${getOperation.name}; don't try another way.
5. Ask ${getDevice.name} until containment is contained, and tell me the operation id. ${releaseDevice.name} undoes it; never call it unasked.`,
});
