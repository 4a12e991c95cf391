/** An alert of Falcon's as our detection. */
import { DETECTION_STATUSES, type Detection } from "../../../capabilities/detections/detection.ts";
import { ocsfSeverity, SEVERITIES, type Severity } from "../../../toolkit/severity.ts";
import { nonBlank } from "../../../toolkit/text/non-blank.ts";
import { opaqueId } from "../../../toolkit/text/reported-text.ts";
import { consoleLink } from "../clouds.ts";
import type { AlertRecord } from "./alert-schemas.ts";
import { detectionProcess } from "./process.ts";

/** The vendor's record as our detection. Pure. */
export function detectionOf(record: AlertRecord): Detection {
  const { severity, severity_name } = record;
  return {
    detection_id: record.composite_id,
    title: nonBlank(record.display_name) ?? nonBlank(record.name) ?? "Untitled",
    desc: nonBlank(record.description),
    ...severityOf(record),
    vendor_severity:
      severity == null ? severity_name : severity_name ? `${severity_name} (${severity})` : `${severity}`,
    status: DETECTION_STATUSES.find((status) => status === record.status?.toLowerCase()) ?? "unknown",
    vendor_status: record.status,
    resolution: record.resolution,
    product: record.product,
    time: record.timestamp,
    created_time: record.created_timestamp,
    device: deviceIn(record),
    user: userIn(record),
    process: detectionProcess(record),
    src_endpoint: sourceOf(record),
    attacks: attacksOf(record),
    assigned_to: nonBlank(record.assigned_to_name) ?? nonBlank(record.assigned_to_uid),
    url: consoleLink(record.falcon_host_link),
  };
}

/** The vendor's buckets of the number, as it documents them: from where each begins. */
export const BUCKETS: Record<Severity, number> = {
  informational: 0,
  low: 20,
  medium: 40,
  high: 60,
  critical: 80,
};
const HIGHEST = 100;

/**
 * The word decides, because the console goes by it. Where there is none that we know, the number's bucket does.
 * OCSF's "Other" is a word that we don't know without a number, and "Unknown" is neither.
 */
function severityOf({ severity, severity_name }: AlertRecord) {
  const word = SEVERITIES.find((known) => known === severity_name?.toLowerCase());
  const known = word ?? bucketOf(severity);
  if (known === null && severity_name !== null) return { severity_id: 99, severity: "Other" } as const;
  return ocsfSeverity(known);
}

function bucketOf(severity: number | null | undefined): Severity | null {
  if (severity == null || severity > HIGHEST) return null;
  return SEVERITIES.findLast((bucket) => severity >= BUCKETS[bucket]) ?? null;
}

/** A mobile alert names its device without a `device`. An identity alert's `agent_id` isn't what it is about. */
function deviceIn({ device, product, agent_id, computer_name }: AlertRecord): Detection["device"] {
  const device_id = nonBlank(device?.device_id);
  if (device_id !== null) return { device_id, hostname: nonBlank(device?.hostname) };
  const mobile = product === "mobile" ? nonBlank(agent_id) : null;
  return mobile === null ? null : { device_id: mobile, hostname: nonBlank(computer_name) };
}

function userIn(record: AlertRecord): Detection["user"] {
  const name = nonBlank(record.user_name);
  const uid = opaqueId.safeParse(record.user_id).data ?? null;
  if (name === null && uid === null) return null;
  return { name, uid, domain: nonBlank(record.logon_domain) ?? nonBlank(record.source_account_domain) };
}

function sourceOf(record: AlertRecord): Detection["src_endpoint"] {
  const hostname = nonBlank(record.source_endpoint_host_name) ?? nonBlank(record.source_hosts?.[0]);
  const ip = nonBlank(record.source_endpoint_address_ip4) ?? nonBlank(record.source_ips?.[0]);
  return hostname === null && ip === null ? null : { hostname, ip };
}

function attacksOf(record: AlertRecord): Detection["attacks"] {
  const listed = record.mitre_attack ?? [];
  return (listed.length > 0 ? listed : [record])
    .map(({ tactic, tactic_id, technique, technique_id }) => ({
      tactic: { uid: nonBlank(tactic_id), name: nonBlank(tactic) },
      technique: { uid: nonBlank(technique_id), name: nonBlank(technique) },
    }))
    .filter(({ tactic, technique }) => [tactic, technique].some(({ uid, name }) => uid ?? name));
}
