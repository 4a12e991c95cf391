import * as z from "zod";
import { ocsfSeverity, SEVERITIES, type Severity, severityShape } from "../../toolkit/severity.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { type AlertRecord, DetectionId, STATUSES } from "./alert-schemas.ts";
import { consoleLink } from "./clouds.ts";
import { DeviceId } from "./schemas.ts";
import { processOf, processShape } from "./triage.ts";

const text = reportedText().nullable();
const named = z.strictObject({ uid: text, name: text });

const LONGEST_DESCRIPTION = 300;

/** Where a detection stands. `unknown`: the vendor doesn't say, or in a word that we don't know. */
export const AnyStatus = z.enum([...STATUSES, "unknown"]);

/**
 * A detection, in the words of OCSF's Detection Finding (2004); ids and `assigned_to` are Sallyport's own.
 * @param longest_command as much of a command line as is shown, in characters
 */
function detectionShape(longest_command: number) {
  return z.strictObject({
    detection_id: DetectionId,
    title: reportedText(),
    desc: reportedText(LONGEST_DESCRIPTION).nullable(),
    ...severityShape,
    status: AnyStatus,
    vendor_status: text,
    resolution: text,
    /** The vendor's product that wrote it: `epp`, `idp`, `mobile`, `ngsiem`, … */
    product: text,
    /** When it happened, and when the vendor wrote it down. */
    time: z.iso.datetime().nullable(),
    created_time: z.iso.datetime().nullable(),
    /** Absent where it is about an account, a cloud or a log. */
    device: z.strictObject({ device_id: DeviceId, hostname: text }).nullable(),
    user: z.strictObject({ name: text, uid: opaqueId.nullable(), domain: text }).nullable(),
    process: processShape(longest_command),
    /** Where it came from, where the vendor names that beside the device. */
    src_endpoint: z.strictObject({ hostname: text, ip: text }).nullable(),
    attacks: z.array(z.strictObject({ tactic: named, technique: named })),
    assigned_to: text,
    url: reportedText(512).nullable(),
  });
}

/** A detection in a list. */
export const Detection = detectionShape(256);
/** A detection by itself. */
export const WholeDetection = detectionShape(2000);
export type Detection = z.output<typeof Detection>;

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
    status: STATUSES.find((status) => status === record.status?.toLowerCase()) ?? "unknown",
    vendor_status: record.status,
    resolution: record.resolution,
    product: record.product,
    time: record.timestamp,
    created_time: record.created_timestamp,
    device: deviceIn(record),
    user: userIn(record),
    process: processOf(record),
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
