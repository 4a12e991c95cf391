/** Declares the tool that searches detections by severity, status, time, device, user, hash or text. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { severities } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { DeviceId } from "../devices/device.ts";
import { DETECTION_STATUSES, Detection } from "./detection.ts";

/** A user's name: alone, as `user@domain`, or as `DOMAIN\user`. */
const User = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .refine(
    (name) => !/[\p{C}'*?]/u.test(name) && /^[^\\]+(?:\\[^\\]+)?$/.test(name),
    "must be a user's name, without quotes and wildcards",
  );

/** The hash of a file. */
const Hash = z
  .string()
  .regex(/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/, "must be an MD5, SHA-1 or SHA-256");

export const searchDetections = readSpec({
  name: "search_detections",
  title: "Search detections",
  description:
    "Detections, newest first: device, user, process, severity, attack technique, who is assigned. Next: get_detection, get_device, update_detection, contain_device.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "detections",
  scope: "detections:read",
  input: z.strictObject({
    severity: severities.optional(),
    status: z
      .array(z.enum(DETECTION_STATUSES))
      .refine((list) => list.length > 0, "must name at least one")
      .optional()
      .describe("As analysts set it"),
    since,
    until: since.describe("ISO 8601, not included"),
    device_id: DeviceId.optional().describe("From search_devices"),
    user: User.optional().describe("Account name, user@domain or DOMAIN\\user"),
    hash: Hash.optional().describe("MD5, SHA-1 or SHA-256 of a file"),
    query: z.string().trim().min(1).max(128).optional().describe("Text anywhere in a detection"),
    limit,
    cursor,
  }),
  output: z.strictObject({ detections: z.array(Detection) }),
  join: (parts) => ({ detections: parts.flatMap(({ detections }) => detections) }),
});
