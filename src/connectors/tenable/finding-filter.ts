/** What is asked of an export, built from validated parts, and what only we can tell apart. */
import * as z from "zod";
import type { JsonObject } from "../../path/tool.ts";
import type { Severity } from "../severity.ts";
import type { Finding } from "./schemas.ts";

/** A CVE id, as CVE's own schema has it. */
export const CveId = z.string().regex(/^CVE-\d{4}-\d{4,19}$/, "must be a CVE id, such as CVE-2024-6387");

/** A host's name or address, or its id at the scanner. */
export const DeviceName = z
  .string()
  .refine((name) => /^[\w.:-]{1,255}$/.test(name), "must be a hostname or an address");

/** What a search can be narrowed by. */
export interface FindingFilter {
  readonly severity?: readonly Severity[] | undefined;
  readonly device?: string | undefined;
  readonly cve_id?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
}

/**
 * Without any time, the vendor leaves out what it hasn't seen for 30 days; what is open and was seen before that is
 * open still. It wants ten digits, and this is the first second that has them (2001).
 */
const EVER_S = 1_000_000_000;

const WORDS: Record<Severity, string> = {
  informational: "info",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

/**
 * The `filters` of an export. The same question always gives the same filters: that is how an export that is
 * under way is found again.
 */
export function exportFilters({ severity, device, cve_id, since }: FindingFilter): JsonObject {
  return {
    state: ["OPEN", "REOPENED"],
    since: since === undefined ? EVER_S : Math.max(EVER_S, Math.floor(Date.parse(since) / 1000)),
    ...(severity === undefined ? {} : { severity: [...new Set(severity)].sort().map((word) => WORDS[word]) }),
    ...(cve_id === undefined ? {} : { cve_id: [cve_id] }),
    ...(isAddress(device) ? { cidr_range: `${device}/32` } : {}),
  };
}

/** Exports can't be narrowed to a name, so whether a finding is on a device is told here. */
export function isOn({ asset }: Finding, device: string | undefined): boolean {
  if (device === undefined) return true;
  const wanted = device.toLowerCase();
  const { uuid, hostname, fqdn, netbios_name, ipv4, ipv6 } = asset;
  return [uuid, hostname, fqdn, netbios_name, ipv4, ipv6].some((name) => name?.toLowerCase() === wanted);
}

function isAddress(device: string | undefined): device is string {
  return z.ipv4().safeParse(device).success;
}
