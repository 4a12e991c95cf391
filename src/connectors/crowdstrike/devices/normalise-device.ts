/** A host of Falcon's as our device. */
import {
  type Containment,
  CRITICALITIES,
  type Criticality,
  type Device,
} from "../../../capabilities/devices/device.ts";
import { nonBlank } from "../../../toolkit/text/non-blank.ts";
import type { DeviceRecord } from "../schemas.ts";

/** As many grouping tags as are shown. */
const MOST_TAGS = 10;

const CONTAINMENT_OF: ReadonlyMap<string, Containment> = new Map([
  ["normal", "normal"],
  ["containment_pending", "pending"],
  ["contained", "contained"],
  ["lift_containment_pending", "lifting"],
]);

/** `Noncritical` is the console's word for the least. */
const CRITICALITY_OF: ReadonlyMap<string, Criticality> = new Map([
  ...CRITICALITIES.map((level) => [level, level] as const),
  ["noncritical", "low"],
]);

const OS_TYPES: ReadonlyMap<string, Device["os"]["type"]> = new Map([
  ["Windows", "Windows"],
  ["Linux", "Linux"],
  ["Mac", "macOS"],
]);

const PORTABLE = new Set(["Notebook", "Laptop", "Portable", "Sub Notebook", "Convertible", "Detachable"]);

/** The vendor's record as our device. Pure. */
export function deviceOf(record: DeviceRecord): Device {
  const { status, criticality } = record;
  return {
    device_id: record.device_id,
    hostname: nonBlank(record.hostname),
    ip: nonBlank(record.local_ip),
    external_ip: nonBlank(record.external_ip),
    mac: nonBlank(record.mac_address),
    serial_number: nonBlank(record.serial_number),
    type: deviceType(record),
    os: { name: nonBlank(record.os_version), type: osType(record.platform_name) },
    agent_list: [{ name: "CrowdStrike Falcon", version: nonBlank(record.agent_version) }],
    last_seen_time: record.last_seen,
    last_login: { user: nonBlank(record.last_login_user), time: record.last_login_timestamp },
    tags: (record.tags ?? []).slice(0, MOST_TAGS),
    containment: CONTAINMENT_OF.get(status?.toLowerCase() ?? "") ?? "unknown",
    vendor_containment: status,
    criticality: CRITICALITY_OF.get(criticality?.toLowerCase() ?? "") ?? "unknown",
    vendor_criticality: criticality,
  };
}

function osType(platform: string | null | undefined): Device["os"]["type"] {
  if (!platform) return "Unknown";
  return OS_TYPES.get(platform) ?? "Other";
}

function deviceType({ product_type_desc, chassis_type_desc }: DeviceRecord): Device["type"] {
  switch (product_type_desc) {
    case undefined:
    case null:
    case "":
      return "Unknown";
    case "Server":
    case "Domain Controller":
      return "Server";
    case "Workstation":
      return PORTABLE.has(chassis_type_desc ?? "") ? "Laptop" : "Desktop";
    case "Mobile":
      return "Mobile";
    default:
      return "Other";
  }
}
