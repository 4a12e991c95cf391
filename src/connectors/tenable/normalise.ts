import { z } from "zod";
import { reportedText } from "../reported-text.ts";
import { ocsfSeverity, SEVERITIES, severityShape } from "../severity.ts";
import type { Finding } from "./schemas.ts";

const text = z.string().nullable();

/** A finding, in the words of OCSF's Vulnerability Finding (2002); ids are named for the arguments that take them. */
export const Vulnerability = z.strictObject({
  vulnerability_id: z.string(),
  title: text,
  /** The first of them; `related_vulnerabilities` has the others. */
  cve_id: text,
  cve: z.strictObject({ uid: z.string() }).nullable(),
  related_vulnerabilities: z.array(z.string()),
  ...severityShape,
  /** Before somebody recast the risk; the same where nobody did. */
  default_severity_id: z.int(),
  severity_modification: z.enum(["none", "recast", "accepted"]),
  status: z.enum(["open", "reopened", "fixed"]),
  cvss: z.strictObject({ version: z.literal("3"), base_score: z.number() }).nullable(),
  is_fix_available: z.boolean(),
  is_exploit_available: z.boolean(),
  remediation: z.strictObject({ desc: z.string() }).nullable(),
  first_seen_time: z.iso.datetime(),
  last_seen_time: z.iso.datetime(),
  device: z.strictObject({ uid: z.string(), hostname: text, ip: text, os: z.strictObject({ name: text }) }),
  port: z.int().nullable(),
  scan_id: text,
});
export type Vulnerability = z.output<typeof Vulnerability>;

const VENDOR_WORDS = ["info", "low", "medium", "high", "critical"] as const;
const MODIFICATIONS = { NONE: "none", RECASTED: "recast", ACCEPTED: "accepted" } as const;
const STATUSES = { OPEN: "open", REOPENED: "reopened", FIXED: "fixed" } as const;

const TITLE_LENGTH = 200;
const REMEDY_LENGTH = 300;

/**
 * The vendor's finding as ours. Pure. The scanner's output stays behind: it holds whatever a scanned host chose
 * to answer.
 */
export function vulnerabilityOf(finding: Finding): Vulnerability {
  const { plugin, asset, severity_id, severity_default_id, port } = finding;
  const [first = null, ...others] = plugin.cve ?? [];
  const remedy = reportedText(plugin.solution, REMEDY_LENGTH);
  return {
    vulnerability_id: finding.finding_id,
    title: reportedText(plugin.name, TITLE_LENGTH),
    cve_id: first,
    cve: first === null ? null : { uid: first },
    related_vulnerabilities: others,
    ...severityOf(severity_id),
    vendor_severity: VENDOR_WORDS[severity_id] ?? null,
    default_severity_id: severityOf(severity_default_id ?? severity_id).severity_id,
    severity_modification: MODIFICATIONS[finding.severity_modification_type],
    status: STATUSES[finding.state],
    cvss: plugin.cvss3_base_score ? { version: "3", base_score: plugin.cvss3_base_score } : null,
    is_fix_available: plugin.has_patch ?? false,
    is_exploit_available: plugin.exploit_available ?? false,
    remediation: remedy === null ? null : { desc: remedy },
    first_seen_time: new Date(finding.first_found).toISOString(),
    last_seen_time: new Date(finding.last_found).toISOString(),
    device: {
      uid: asset.uuid,
      hostname: reportedText(asset.hostname ?? asset.fqdn ?? asset.netbios_name),
      ip: reportedText(asset.ipv4 ?? asset.ipv6),
      os: { name: reportedText(asset.operating_system?.[0]) },
    },
    // Checks that use no port report 0.
    port: port?.port || null,
    scan_id: finding.scan?.schedule_uuid ?? null,
  };
}

/** The vendor counts from 0 (info), in the same order. */
function severityOf(vendor: number) {
  return ocsfSeverity(SEVERITIES[vendor] ?? null);
}
