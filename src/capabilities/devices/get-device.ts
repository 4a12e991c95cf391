/** Declares the tool that reads one device as it is now, with its containment. */
import * as z from "zod";
import { readSpec } from "../../toolkit/read.ts";
import { Device, DeviceId } from "./device.ts";

export const getDevice = readSpec({
  name: "get_device",
  title: "Get a device",
  description:
    "One device as it is now: containment, criticality, last sign-in, when its sensor was last seen. After contain_device, tells when pending has become contained.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "devices",
  scope: "devices:read",
  input: z.strictObject({ device_id: DeviceId.describe("From search_devices") }),
  output: Device,
});
