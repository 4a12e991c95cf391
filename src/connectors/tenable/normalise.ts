import * as z from "zod";
import { opaqueId, reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { ocsfSeverity, SEVERITIES, severityShape } from "../severity.ts";
import { CveId } from "./finding-filter.ts";
import { type Finding, ScanId } from "./schemas.ts";

const text = reportedText().nullable();

const TITLE_LENGTH = 200;
const REMEDY_LENGTH = 300;

/** A finding, in the words of OCSF's Vulnerability Finding (2002); ids are named for the arguments that take them. */
export const Vulnerability = z.strictObject({
  vulnerability_id: z.uuid(),
  title: reportedText(TITLE_LENGTH).nullable(),
  /** The first of them; `related_vulnerabilities` has the others. */
  cve_id: CveId.nullable(),
  cve: z.strictObject({ uid: CveId }).nullable(),
  related_vulnerabilities: z.array(CveId),
  ...severityShape,
  /** Before somebody recast the risk; the same where nobody did. */
  default_severity_id: z.int(),
  severity_modification: z.enum(["none", "recast", "accepted"]),
  status: z.enum(["open", "reopened", "fixed"]),
  cvss: z.strictObject({ version: z.literal("3"), base_score: z.number() }).nullable(),
  is_fix_available: z.boolean(),
  is_exploit_available: z.boolean(),
  remediation: z.strictObject({ desc: reportedText(REMEDY_LENGTH) }).nullable(),
  first_seen_time: z.iso.datetime(),
  last_seen_time: z.iso.datetime(),
  device: z.strictObject({ uid: opaqueId, hostname: text, ip: text, os: z.strictObject({ name: text }) }),
  port: z.int().nullable(),
  scan_id: ScanId.nullable(),
});
export type Vulnerability = z.output<typeof Vulnerability>;

const VENDOR_WORDS = ["info", "low", "medium", "high", "critical"] as const;
const MODIFICATIONS = { NONE: "none", RECASTED: "recast", ACCEPTED: "accepted" } as const;
const STATUSES = { OPEN: "open", REOPENED: "reopened", FIXED: "fixed" } as const;

/**
 * The vendor's finding as ours. Pure. The scanner's output stays behind: it holds whatever a scanned host chose
 * to answer.
 */
export function vulnerabilityOf(finding: Finding): Vulnerability {
  const { plugin, asset, severity_id, severity_default_id, port } = finding;
  const [first = null, ...others] = (plugin.cve ?? []).filter((id) => CveId.safeParse(id).success);
  const remedy = nonBlank(plugin.solution);
  return {
    vulnerability_id: finding.finding_id,
    title: nonBlank(plugin.name),
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
      hostname: nonBlank(asset.hostname ?? asset.fqdn ?? asset.netbios_name),
      ip: nonBlank(asset.ipv4 ?? asset.ipv6),
      os: { name: nonBlank(asset.operating_system?.[0]) },
    },
    // Checks that use no port report 0.
    port: port?.port || null,
    scan_id: ScanId.nullable()
      .catch(null)
      .parse(finding.scan?.schedule_uuid ?? null),
  };
}

/** The vendor counts from 0 (info), in the same order. */
function severityOf(vendor: number) {
  return ocsfSeverity(SEVERITIES[vendor] ?? null);
}
