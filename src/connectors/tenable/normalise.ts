/** Turns Tenable's finding into a vulnerability of ours. */
import { createHash } from "node:crypto";
import { CveId } from "../../capabilities/vulnerabilities/cve-id.ts";
import { ScanId } from "../../capabilities/vulnerabilities/scan-id.ts";
import type { Vulnerability } from "../../capabilities/vulnerabilities/vulnerability.ts";
import { ocsfSeverity } from "../../toolkit/severity.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { addressOf } from "./devices.ts";
import { severityOf } from "./finding-filter.ts";
import type { Finding } from "./schemas.ts";

const VENDOR_WORDS = ["info", "low", "medium", "high", "critical"] as const;
const MODIFICATIONS: ReadonlyMap<string, "none" | "recast" | "accepted"> = new Map([
  ["NONE", "none"],
  ["RECASTED", "recast"],
  ["ACCEPTED", "accepted"],
]);
const STATUSES: ReadonlyMap<string, "open" | "reopened" | "fixed"> = new Map([
  ["OPEN", "open"],
  ["REOPENED", "reopened"],
  ["FIXED", "fixed"],
]);

/** The vendor's finding as ours. Pure. */
export function vulnerabilityOf(finding: Finding): Vulnerability {
  const { plugin, asset, severity_id, severity_default_id, port, state } = finding;
  const [first = null, ...others] = (plugin?.cve ?? []).filter(
    (id) => CveId.safeParse(id).success,
  ) as string[];
  const remedy = nonBlank(plugin?.solution);
  return {
    vulnerability_id: idOf(finding),
    title: nonBlank(plugin?.name),
    desc: nonBlank(plugin?.synopsis),
    cve_id: first,
    cve: first === null ? null : { uid: first },
    related_vulnerabilities: others,
    ...ocsfSeverity(severityOf(finding)),
    vendor_severity: finding.severity ?? VENDOR_WORDS[severity_id ?? -1] ?? null,
    default_severity_id: ocsfSeverity(
      severityOf({ ...finding, severity_id: severity_default_id ?? severity_id }),
    ).severity_id,
    severity_modification: modificationOf(finding),
    status: STATUSES.get(state?.toUpperCase() ?? "") ?? "unknown",
    vendor_status: state,
    cvss: cvssOf(plugin),
    is_fix_available: plugin?.has_patch ?? null,
    is_exploit_available: plugin?.exploit_available ?? null,
    remediation: remedy === null ? null : { desc: remedy },
    output: nonBlank(finding.output),
    first_seen_time: instant(finding.first_found),
    last_seen_time: instant(finding.last_found),
    device: {
      uid: asset.uuid,
      hostname: nameOf(asset),
      ip: nonBlank(asset.ipv4) ?? nonBlank(asset.ipv6),
      os: { name: nonBlank(asset.operating_system?.[0]) },
    },
    // Checks that use no port report 0.
    port: port?.port || null,
    protocol: nonBlank(port?.protocol),
    service: nonBlank(port?.service),
    scan_id: ScanId.nullable()
      .catch(null)
      .parse(finding.scan?.schedule_uuid ?? null),
  };
}

/** Whether somebody has changed how severe a finding is: `null` where that isn't known. */
export function modificationOf({
  severity_modification_type,
}: Finding): Vulnerability["severity_modification"] {
  return MODIFICATIONS.get(severity_modification_type?.toUpperCase() ?? "") ?? null;
}

/**
 * Findings of some sensors have no id. What they are told apart by makes one: the asset, the check, and where on the
 * asset it looked.
 */
function idOf({ finding_id, asset, plugin, port }: Finding): string {
  if (finding_id) return finding_id;
  const parts = [asset.uuid, plugin?.id, port?.port ?? 0, port?.protocol?.toUpperCase() ?? ""];
  return `derived-${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32)}`;
}

/** A host's name. The vendor writes the address there that a scan went to, though it knows a name, too. */
function nameOf({ hostname, fqdn, netbios_name }: Finding["asset"]): string | null {
  const names = [hostname, fqdn, netbios_name].flatMap((name) => nonBlank(name) ?? []);
  return names.find((name) => addressOf(name) === null) ?? names[0] ?? null;
}

/** The scores that the vendor rates by, before those that are newer and those that are older. 0 is no score. */
function cvssOf(plugin: Finding["plugin"]): Vulnerability["cvss"] {
  const { cvss3_base_score, cvss4_base_score, cvss_base_score } = plugin ?? {};
  if (cvss3_base_score) return { version: "3", base_score: cvss3_base_score };
  if (cvss4_base_score) return { version: "4", base_score: cvss4_base_score };
  return cvss_base_score ? { version: "2", base_score: cvss_base_score } : null;
}

function instant(time: string | null | undefined): string | null {
  return time ? new Date(time).toISOString() : null;
}
