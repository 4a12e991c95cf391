import { z } from "zod";
import { reportedText } from "../reported-text.ts";
import { ocsfSeverity, SEVERITIES, severityShape } from "../severity.ts";
import { type AlertRecord, STATUSES } from "./alert-schemas.ts";

const text = z.string().nullable();
const named = z.strictObject({ uid: text, name: text });

/** A detection, in the words of OCSF's Detection Finding (2004); ids and `assigned_to` are Sallyport's own. */
export const Detection = z.strictObject({
  detection_id: z.string(),
  title: z.string(),
  desc: text,
  ...severityShape,
  status: z.enum(STATUSES),
  /** When it happened, and when the vendor wrote it down. */
  time: z.iso.datetime(),
  created_time: z.iso.datetime(),
  /** Absent where it is about an account. */
  device: z.strictObject({ device_id: z.string(), hostname: text }).nullable(),
  attacks: z.array(z.strictObject({ tactic: named, technique: named })),
  assigned_to: text,
});
export type Detection = z.output<typeof Detection>;

const LONGEST_DESCRIPTION = 300;

/** The vendor's record as our detection. Pure. */
export function detectionOf(record: AlertRecord): Detection {
  const { severity, severity_name, device } = record;
  const device_id = reportedText(device?.device_id);
  return {
    detection_id: record.composite_id,
    title: reportedText(record.display_name) ?? reportedText(record.name) ?? "Untitled",
    desc: reportedText(record.description, LONGEST_DESCRIPTION),
    ...severityOf(severity_name),
    vendor_severity: reportedText(`${severity_name} (${severity})`),
    status: record.status,
    time: new Date(record.timestamp).toISOString(),
    created_time: new Date(record.created_timestamp).toISOString(),
    device: device_id === null ? null : { device_id, hostname: reportedText(device?.hostname) },
    attacks: attacksOf(record),
    assigned_to: reportedText(record.assigned_to_name) ?? reportedText(record.assigned_to_uid),
  };
}

/**
 * The name decides, because it is the vendor's own bucket for the number, and what the console and a search by
 * `severity_name` go by. A name that we don't know is OCSF's "Other".
 */
function severityOf(name: string) {
  const known = SEVERITIES.find((severity) => severity === name.toLowerCase());
  return known === undefined ? { severity_id: 99, severity: "Other" } : ocsfSeverity(known);
}

function attacksOf(record: AlertRecord): Detection["attacks"] {
  const listed = record.mitre_attack ?? [];
  return (listed.length > 0 ? listed : [record])
    .map(({ tactic, tactic_id, technique, technique_id }) => ({
      tactic: { uid: reportedText(tactic_id), name: reportedText(tactic) },
      technique: { uid: reportedText(technique_id), name: reportedText(technique) },
    }))
    .filter(({ tactic, technique }) => [tactic, technique].some(({ uid, name }) => uid ?? name));
}
