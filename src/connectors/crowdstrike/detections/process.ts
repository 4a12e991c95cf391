/** What somebody has to see of a process to judge a detection: its command line, its file, its parent. */
import type { DetectionProcess } from "../../../capabilities/detections/detection.ts";
import { nonBlank } from "../../../toolkit/text/non-blank.ts";
import type { AlertRecord } from "./alert-schemas.ts";

type Reported = Pick<AlertRecord, "cmdline" | "filename" | "filepath" | "sha256" | "sha1" | "md5">;

/** The process of an alert, or `null` where the alert names none. */
export function detectionProcess(record: AlertRecord): DetectionProcess | null {
  const process = one(record);
  const parent_process = one(record.parent_details ?? {});
  if (process === null && parent_process === null) return null;
  return { ...(process ?? { name: null, cmd_line: null, file: null }), parent_process };
}

function one(reported: Reported): Omit<DetectionProcess, "parent_process"> | null {
  const name = nonBlank(reported.filename);
  const cmd_line = nonBlank(reported.cmdline);
  const path = nonBlank(reported.filepath);
  const hashes = hashesOf(reported);
  const file = path === null && hashes.length === 0 ? null : { path, hashes };
  return name === null && cmd_line === null && file === null ? null : { name, cmd_line, file };
}

/** A hash of zeros is the vendor's way to write down none. */
function hashesOf({ sha256, sha1, md5 }: Reported) {
  const all = [
    { algorithm: "SHA-256", value: nonBlank(sha256) },
    { algorithm: "SHA-1", value: nonBlank(sha1) },
    { algorithm: "MD5", value: nonBlank(md5) },
  ] as const;
  return all.filter(({ value }) => value !== null && /[^0]/.test(value));
}
