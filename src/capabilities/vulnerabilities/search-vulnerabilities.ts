/** Declares the tool that searches open vulnerabilities by severity, device, CVE or time. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { SEVERITIES } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { Device } from "../devices/device.ts";
import { getDevice } from "../devices/get-device.ts";
import { CveId } from "./cve-id.ts";
import { Vulnerability } from "./vulnerability.ts";

/** A host's name or address, or its id at the scanner. */
export const DeviceName = z
  .string()
  .refine(
    (name) => /^[\w.:-][\w.: -]{0,254}$/.test(name),
    "must be a hostname, an address, a MAC or a serial",
  );

export const searchVulnerabilities = readSpec({
  name: "search_vulnerabilities",
  title: "Search vulnerabilities",
  description:
    "Open vulnerabilities that scans found. If they aren't ready in time, repeat the same call. Next: lookup_cve, launch_scan.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "vulnerabilities",
  scope: "vulnerabilities:read",
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    device: DeviceName.optional().describe("Hostname, IP, MAC or serial"),
    cve_id: CveId.optional().describe("Such as CVE-2021-44228"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ vulnerabilities: z.array(Vulnerability) }),
  named_by: {
    device: {
      read: getDevice,
      id: "device_id",
      names(found) {
        const { hostname, mac, ip, serial_number } = Device.parse(found);
        return [hostname, mac, ip, serial_number].filter((name) => name !== null);
      },
    },
  },
  join: (parts) => ({ vulnerabilities: parts.flatMap(({ vulnerabilities }) => vulnerabilities) }),
});
