/** Reads all devices with a sensor for controls, and says where the last sighting isn't known. */
import type { Device } from "../../../capabilities/devices/device.ts";
import { crowdstrikeCredentials } from "../../../connectors/crowdstrike/credentials.ts";
import { describeDevices, listDeviceIds, REACH } from "../../../connectors/crowdstrike/devices/devices.ts";
import { notTold, sweep } from "../../../connectors/crowdstrike/sweep.ts";
import type { Part, Read } from "../control.ts";

/** The vendor lists no more ids of devices at once. */
const IDS_AT_ONCE = 5_000;

/** A device of which is known when its sensor was last seen. */
export type SeenDevice = Device & { readonly last_seen_time: string };

/** All devices with a sensor that the vendor keeps. It removes one by itself 45 days after it was last seen. */
export const devices: Read<SeenDevice> = {
  what: "devices",
  credential: crowdstrikeCredentials.read,
  population: true,
  async run(upstream): Promise<Part<SeenDevice>> {
    const { items, error, more } = await sweep({
      operation: "QueryDevicesByFilter",
      ids_at_once: IDS_AT_ONCE,
      most: REACH,
      list: (offset, limit) => listDeviceIds(upstream, { filter: null, offset, limit }),
      describe: (ids) => describeDevices(upstream, ids),
    });
    const seen = items.filter((device): device is SeenDevice => device.last_seen_time !== null);
    const unknown = items.length - seen.length;
    return {
      items: seen,
      error: error ?? (unknown > 0 ? notTold(unknown, "when the sensor was last seen") : null),
      more,
    };
  },
};
