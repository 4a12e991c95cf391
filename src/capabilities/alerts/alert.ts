/** An alert of a SIEM's rules, whichever SIEM. */
import * as z from "zod";
import { severityShape } from "../../toolkit/severity.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";

/** An alert's id: mostly a hash, or a UUID. Elasticsearch makes one up where the writer gives none. */
export const AlertId = z
  .string()
  .refine((id) => opaqueId.safeParse(id).success, "must be an alert_id from search_alerts");

/** The statuses that can be set. */
export const ALERT_STATUSES = ["open", "acknowledged", "closed"] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

const text = reportedText().nullable();
const command = reportedText(512).nullable();
const path = reportedText(512).nullable();

export const ALGORITHMS = { sha256: "SHA-256", sha1: "SHA-1", md5: "MD5" } as const;
const hashes = z.array(z.strictObject({ algorithm: z.enum(Object.values(ALGORITHMS)), value: text }));

const fileShape = z.strictObject({ name: text, path, hashes }).nullable();
export type File = z.output<typeof fileShape>;

const own = { name: text, cmd_line: command, file: z.strictObject({ path, hashes }).nullable() };
const processShape = z.strictObject({ ...own, parent_process: z.strictObject(own).nullable() }).nullable();
export type AlertProcess = NonNullable<z.output<typeof processShape>>;

const TITLE_LENGTH = 200;
const REASON_LENGTH = 500;

/** Where an alert stands. `unknown`: the alert doesn't say, or in a word that we don't know. */
export const AnyAlertStatus = z.enum([...ALERT_STATUSES, "unknown"]);

/** Fields of which an alert about several events, or about an anomaly, has several values. */
export const SHARED = ["host.name", "user.name", "source.ip", "destination.ip"] as const;

const endpoint = z.strictObject({ ip: text }).nullable();

/** An alert, in the words of OCSF's Detection Finding (2004); `status` has the words that update_alert takes. */
export const Alert = z.strictObject({
  alert_id: AlertId,
  title: reportedText(TITLE_LENGTH).nullable(),
  desc: reportedText(REASON_LENGTH).nullable(),
  ...severityShape,
  risk_score: z.number().nullable(),
  status: AnyAlertStatus,
  vendor_status: text,
  time: z.iso.datetime().nullable(),
  analytic: z.strictObject({ uid: opaqueId, type: z.literal("Rule") }).nullable(),
  device: z.strictObject({ hostname: text, ip: text, ip_addresses: z.array(reportedText()) }).nullable(),
  user: z.strictObject({ name: text, domain: text }).nullable(),
  process: processShape,
  file: fileShape,
  src_endpoint: endpoint,
  dst_endpoint: endpoint,
  /** The values behind the first, where a field has more than one. */
  observables: z.array(z.strictObject({ name: z.enum(SHARED), value: reportedText() })),
});
export type Alert = z.output<typeof Alert>;
