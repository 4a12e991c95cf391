/** A detection, whoever made it. */
import * as z from "zod";
import { severityShape } from "../../toolkit/severity.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { DeviceId } from "../devices/device.ts";

/** A detection's id. It only ever travels in JSON, so any printable character may stand in it. */
export const DetectionId = opaqueId;

/** Where a detection stands, as analysts set it. */
export const DETECTION_STATUSES = ["new", "in_progress", "reopened", "closed"] as const;
export type DetectionStatus = (typeof DETECTION_STATUSES)[number];

const text = reportedText().nullable();
const LONGEST_PATH = 512;

/** @param longest_command as much of a command line as is shown, in characters */
function processShape(longest_command: number) {
  const own = {
    name: text,
    cmd_line: reportedText(longest_command).nullable(),
    file: z
      .strictObject({
        path: reportedText(LONGEST_PATH).nullable(),
        hashes: z.array(z.strictObject({ algorithm: z.enum(["SHA-256", "SHA-1", "MD5"]), value: text })),
      })
      .nullable(),
  };
  return z.strictObject({ ...own, parent_process: z.strictObject(own).nullable() }).nullable();
}

/** A process that somebody has to see to judge a detection. */
export type DetectionProcess = NonNullable<z.output<ReturnType<typeof processShape>>>;

const named = z.strictObject({ uid: text, name: text });

const LONGEST_DESCRIPTION = 300;

/** Where a detection stands. `unknown`: the vendor doesn't say, or in a word that we don't know. */
export const AnyDetectionStatus = z.enum([...DETECTION_STATUSES, "unknown"]);

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
    status: AnyDetectionStatus,
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
