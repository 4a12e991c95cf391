import * as z from "zod";
import { opaqueId, reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { ocsfSeverity, SEVERITIES, severityShape } from "../severity.ts";
import { type AlertRecord, DetectionId, STATUSES } from "./alert-schemas.ts";

const text = reportedText().nullable();

const LONGEST_DESCRIPTION = 300;
const named = z.strictObject({ uid: text, name: text });

/** A detection, in the words of OCSF's Detection Finding (2004); ids and `assigned_to` are Sallyport's own. */
export const Detection = z.strictObject({
  detection_id: DetectionId,
  title: reportedText(),
  desc: reportedText(LONGEST_DESCRIPTION).nullable(),
  ...severityShape,
  status: z.enum(STATUSES),
  /** When it happened, and when the vendor wrote it down. */
  time: z.iso.datetime(),
  created_time: z.iso.datetime(),
  /** Absent where it is about an account. */
  device: z.strictObject({ device_id: opaqueId, hostname: text }).nullable(),
  attacks: z.array(z.strictObject({ tactic: named, technique: named })),
  assigned_to: text,
});
export type Detection = z.output<typeof Detection>;

/** The vendor's record as our detection. Pure. */
export function detectionOf(record: AlertRecord): Detection {
  const { severity, severity_name, device } = record;
  const device_id = nonBlank(device?.device_id);
  return {
    detection_id: record.composite_id,
    title: nonBlank(record.display_name) ?? nonBlank(record.name) ?? "Untitled",
    desc: nonBlank(record.description),
    ...severityOf(severity_name),
    vendor_severity: nonBlank(`${severity_name} (${severity})`),
    status: record.status,
    time: new Date(record.timestamp).toISOString(),
    created_time: new Date(record.created_timestamp).toISOString(),
    device: device_id === null ? null : { device_id, hostname: nonBlank(device?.hostname) },
    attacks: attacksOf(record),
    assigned_to: nonBlank(record.assigned_to_name) ?? nonBlank(record.assigned_to_uid),
  };
}

/**
 * The name decides, because it is the vendor's own bucket for the number, and what the console and a search by
 * `severity_name` go by. A name that we don't know is OCSF's "Other".
 */
function severityOf(name: string) {
  const known = SEVERITIES.find((severity) => severity === name.toLowerCase());
  return known === undefined ? ({ severity_id: 99, severity: "Other" } as const) : ocsfSeverity(known);
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
