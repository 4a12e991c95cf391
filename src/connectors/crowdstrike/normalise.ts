import * as z from "zod";
import { reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { DeviceId, type DeviceRecord } from "./schemas.ts";
import { CRITICALITIES, type Criticality } from "./settings.ts";

export const CONTAINMENTS = ["normal", "pending", "contained", "lifting"] as const;
export type Containment = (typeof CONTAINMENTS)[number];

const text = reportedText().nullable();

/** A device, in the words of OCSF's `device` object; ids, containment and criticality are Sallyport's own. */
export const Device = z.strictObject({
  device_id: DeviceId,
  hostname: text,
  ip: text,
  type: z.enum(["Server", "Desktop", "Laptop", "Mobile", "Other", "Unknown"]),
  os: z.strictObject({ name: text, type: z.enum(["Windows", "Linux", "macOS", "Other", "Unknown"]) }),
  agent_list: z.array(z.strictObject({ name: z.literal("CrowdStrike Falcon"), version: text })),
  last_seen_time: z.iso.datetime(),
  containment: z.enum(CONTAINMENTS),
  criticality: z.enum(CRITICALITIES),
});
export type Device = z.output<typeof Device>;

const CONTAINMENT_OF: Record<DeviceRecord["status"], Containment> = {
  normal: "normal",
  containment_pending: "pending",
  contained: "contained",
  lift_containment_pending: "lifting",
};

const OS_TYPES: ReadonlyMap<string, Device["os"]["type"]> = new Map([
  ["Windows", "Windows"],
  ["Linux", "Linux"],
  ["Mac", "macOS"],
]);

const PORTABLE = new Set(["Notebook", "Laptop", "Portable", "Sub Notebook", "Convertible", "Detachable"]);

/** The vendor's record as our device. Pure. */
export function deviceOf(record: DeviceRecord, unassigned: Criticality): Device {
  return {
    device_id: record.device_id,
    hostname: nonBlank(record.hostname),
    ip: nonBlank(record.local_ip),
    type: deviceType(record),
    os: { name: nonBlank(record.os_version), type: osType(record.platform_name) },
    agent_list: [{ name: "CrowdStrike Falcon", version: nonBlank(record.agent_version) }],
    last_seen_time: new Date(record.last_seen).toISOString(),
    containment: CONTAINMENT_OF[record.status],
    criticality: criticalityOf(record.criticality, unassigned),
  };
}

/** `Noncritical` and `Unassigned` are the console's words; nobody's rating leaves the choice to the tenant. */
function criticalityOf(rating: DeviceRecord["criticality"], unassigned: Criticality): Criticality {
  switch (rating) {
    case undefined:
    case null:
    case "":
    case "unassigned":
      return unassigned;
    case "noncritical":
      return "low";
    default:
      return rating;
  }
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
