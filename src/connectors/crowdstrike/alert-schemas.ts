/**
 * What we rely on of CrowdStrike's alerts. Strict is what a detection can't be dealt with without: its id, how
 * bad it is, where it stands, when it was written and who has it. What it says of host and attack may be absent:
 * an alert about an account has no device.
 */
import * as z from "zod";
import { opaqueId } from "../../untrusted/reported-text.ts";
import { idPage } from "./schemas.ts";

/** An alert's `composite_id`. Opaque to us, and it only ever travels in JSON; nothing in it can end a quotation. */
export const DetectionId = z
  .string()
  .max(256)
  .regex(/^[\w.:-]+$/, "may hold letters, digits, and any of . _ : -");

/** The vendor's words for where an alert stands, and the values of its action `update_status`. */
export const STATUSES = ["new", "in_progress", "reopened", "closed"] as const;
export type DetectionStatus = (typeof STATUSES)[number];

const time = z.iso.datetime({ offset: true });
const reported = z.string().nullish();

const Attack = { tactic: reported, tactic_id: reported, technique: reported, technique_id: reported };

/** `detects.Alert`, as far as it is used. */
export const AlertRecord = z.object({
  composite_id: DetectionId,
  /** 1 to 100, and the console's word for it. */
  severity: z.int(),
  severity_name: z.string(),
  // Documented as "New" beside "closed".
  status: z.string().toLowerCase().pipe(z.enum(STATUSES)),
  timestamp: time,
  created_timestamp: time,
  assigned_to_name: z.string(),
  assigned_to_uid: z.string(),
  name: z.string(),
  display_name: reported,
  description: reported,
  tags: z.array(z.string()).nullish(),
  device: z.object({ device_id: opaqueId.or(z.literal("")).nullish(), hostname: reported }).nullish(),
  mitre_attack: z.array(z.object(Attack)).nullish(),
  ...Attack,
});
export type AlertRecord = z.output<typeof AlertRecord>;

/** `detectsapi.PostEntitiesAlertsV2Response`. Go's empty list may arrive as `null`. */
export const AlertDetails = z.object({ resources: z.array(AlertRecord).nullable() });

/** `detectsapi.AlertQueryResponse`: one page of composite ids. */
export const AlertIdPage = idPage(DetectionId);

/** `detectsapi.ResponseFields`: how many alerts a change affected. */
export const AlertWrites = z.object({
  meta: z.object({ writes: z.object({ resources_affected: z.int().min(0) }).nullish() }),
});
