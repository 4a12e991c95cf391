/** A device, whoever watches it. */
import * as z from "zod";
import { reportedText } from "../../toolkit/text/reported-text.ts";

/** A device's id, as its vendor made it up. It also stands in vendors' filters, so nothing in it may end a quotation. */
export const DeviceId = z.string().regex(/^[!-&(-[\]-~]{1,256}$/);

/** How much a device matters, from least to most. */
export const CRITICALITIES = ["low", "medium", "high", "critical"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

export const CONTAINMENTS = ["normal", "pending", "contained", "lifting"] as const;

/** How far a device is contained. `unknown`: the vendor doesn't say, or in a word that we don't know. */
export const AnyContainment = z.enum([...CONTAINMENTS, "unknown"]);
export type Containment = z.output<typeof AnyContainment>;

/** How much a device matters. `unknown`: nobody has rated it, or in a word that we don't know. */
export const AnyCriticality = z.enum([...CRITICALITIES, "unknown"]);

const text = reportedText().nullable();

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
  agent_list: z.array(z.strictObject({ name: reportedText(), version: text })),
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
