/** Describes hosts as they are at one moment. */
import type { Host } from "../../estate/hosts.ts";
import type { World } from "../../world.ts";
import type { Containment } from "./containment.ts";
import { type DeviceRecord, deviceRecord } from "./device-record.ts";
import { asKnown } from "./odd-hosts.ts";

/** Describes hosts as the vendor would at one moment. */
export function describer(
  { estate }: World,
  containment: Containment,
  now: number,
): (host: Host) => DeviceRecord {
  const changes = containment.all(now);
  const seededAt = estate.seededAt();
  return (host) => {
    const change = changes.get(host.id);
    const record = deviceRecord(host, change?.status ?? "normal", {
      lastSeen: estate.lastSeen(host),
      firstSeen: seededAt - host.firstSeenAgoMs,
      changed: change?.changedAt,
    });
    return asKnown(record);
  };
}
