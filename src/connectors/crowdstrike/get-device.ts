import * as z from "zod";
import { defineRead } from "../../toolkit/tool.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { describeDevices } from "./devices.ts";
import { Device } from "./normalise.ts";
import { DeviceId } from "./schemas.ts";

export const getDevice = defineRead({
  name: "get_device",
  title: "Get a device",
  description:
    "One device as it is now: containment, criticality, last sign-in, when its sensor was last seen. After contain_device, tells when pending has become contained.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "devices:read",
  credentials: [crowdstrikeCredentials.read],
  input: z.strictObject({ device_id: DeviceId.describe("From search_devices") }),
  output: Device,
  async run({ device_id }, { now, upstream: through }) {
    const upstream = through(crowdstrikeCredentials.read);
    const [device] = (await describeDevices(upstream, [device_id])).records;
    const source = { source: upstream.source, queried_at: new Date(now).toISOString() };
    if (device === undefined) {
      return {
        outcome: "not_found",
        resource: { kind: "device", id: device_id },
        sources: [{ ...source, status: "not_found", count: 0 }],
      };
    }
    return { outcome: "found", data: device, sources: [{ ...source, status: "ok", count: 1 }] };
  },
});
