import { describeDevices, lacking, listDeviceIds } from "../../connectors/crowdstrike/devices.ts";
import type { Device } from "../../connectors/crowdstrike/normalise.ts";
import type { Failure } from "../../path/failure.ts";
import type { Part, Read } from "../control.ts";

/** A page of records stays far below the longest answer that is read. */
const PAGE = 500;
/** The vendor pages no further than this by offset. */
const MOST = 10_000;

/** All devices with a sensor that the vendor keeps. It removes one by itself 45 days after it was last seen. */
export const devices: Read<Device> = {
  what: "devices",
  credential: "crowdstrike.read",
  population: true,
  async run(upstream, { env }): Promise<Part<Device>> {
    const found = new Map<string, Device>();
    let error: Failure | null = null;
    let offset: number | null = 0;
    while (offset !== null && offset < MOST) {
      const page = await listDeviceIds(upstream, null, offset, PAGE);
      const described = await describeDevices(upstream, page.ids, env);
      error ??= lacking(page.ids, described);
      // One that moved between two pages is listed on both.
      for (const device of described) found.set(device.device_id, device);
      offset = page.next_offset;
    }
    return { items: [...found.values()], error, more: offset !== null };
  },
};
