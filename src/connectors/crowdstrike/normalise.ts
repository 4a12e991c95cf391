import * as z from "zod";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { DeviceId, type DeviceRecord } from "./schemas.ts";
import { CRITICALITIES, type Criticality } from "./settings.ts";

export const CONTAINMENTS = ["normal", "pending", "contained", "lifting"] as const;

/** How far a device is contained. `unknown`: the vendor doesn't say, or in a word that we don't know. */
export const AnyContainment = z.enum([...CONTAINMENTS, "unknown"]);
export type Containment = z.output<typeof AnyContainment>;

/** How much a device matters. `unknown`: nobody has rated it, or in a word that we don't know. */
export const AnyCriticality = z.enum([...CRITICALITIES, "unknown"]);

const text = reportedText().nullable();

/** As many grouping tags as are shown. */
const MOST_TAGS = 10;

/** A device, in the words of OCSF's `device` object; ids, containment and criticality are Sallyport's own. */
export const Device = z.strictObject({
  device_id: DeviceId,
  hostname: text,
  ip: text,
  external_ip: text,
  mac: text,
  serial_number: text,
  type: z.enum(["Server", "Desktop", "Laptop", "Mobile", "Other", "Unknown"]),
  os: z.strictObject({ name: text, type: z.enum(["Windows", "Linux", "macOS", "Other", "Unknown"]) }),
  agent_list: z.array(z.strictObject({ name: z.literal("CrowdStrike Falcon"), version: text })),
  last_seen_time: z.iso.datetime().nullable(),
  /** Who last signed in on it, and when. */
  last_login: z.strictObject({ user: text, time: z.iso.datetime().nullable() }),
  tags: z.array(reportedText()),
  containment: AnyContainment,
  vendor_containment: text,
  criticality: AnyCriticality,
  vendor_criticality: text,
});
export type Device = z.output<typeof Device>;

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
