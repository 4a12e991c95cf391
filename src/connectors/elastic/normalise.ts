import * as z from "zod";
import { ocsfSeverity, SEVERITIES, severityShape } from "../../toolkit/severity.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { reachable } from "./addresses.ts";
import { type AlertHit, AlertId, STATUSES } from "./schemas.ts";
import { fileOf, fileShape, processOf, processShape } from "./triage.ts";

const text = reportedText().nullable();

const TITLE_LENGTH = 200;
const REASON_LENGTH = 500;
const MOST_ADDRESSES = 16;

/** Where an alert stands. `unknown`: the alert doesn't say, or in a word that we don't know. */
export const AnyStatus = z.enum([...STATUSES, "unknown"]);

/** Fields of which an alert about several events, or about an anomaly, has several values. */
const SHARED = ["host.name", "user.name", "source.ip", "destination.ip"] as const;
const MOST_OBSERVABLES = 20;

const endpoint = z.strictObject({ ip: text }).nullable();

/** An alert, in the words of OCSF's Detection Finding (2004); `status` has the words that update_alert takes. */
export const Alert = z.strictObject({
  alert_id: AlertId,
  title: reportedText(TITLE_LENGTH).nullable(),
  desc: reportedText(REASON_LENGTH).nullable(),
  ...severityShape,
  risk_score: z.number().nullable(),
  status: AnyStatus,
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

/** The vendor's alert as ours. Pure. */
export function alertOf({ _id, fields }: AlertHit): Alert {
  const severity = fields["kibana.alert.severity"];
  const status = fields["kibana.alert.workflow_status"];
  const rule = fields["kibana.alert.rule.uuid"];
  const time = fields["@timestamp"];
  return {
    alert_id: _id,
    title: nonBlank(fields["kibana.alert.rule.name"]),
    desc: nonBlank(fields["kibana.alert.reason"]),
    ...severityOf(nonBlank(severity)),
    vendor_severity: nonBlank(severity),
    risk_score: fields["kibana.alert.risk_score"] ?? null,
    status: statusOf(status),
    vendor_status: nonBlank(status),
    time: time === undefined ? null : new Date(time).toISOString(),
    analytic: rule === undefined ? null : { uid: rule, type: "Rule" },
    device: deviceOf(fields),
    user: userOf(fields),
    process: processOf(fields),
    file: fileOf(fields, "file"),
    src_endpoint: endpointOf(fields["source.ip"]),
    dst_endpoint: endpointOf(fields["destination.ip"]),
    observables: SHARED.flatMap((name) => fields[name].slice(1).map((value) => ({ name, value }))).slice(
      0,
      MOST_OBSERVABLES,
    ),
  };
}

function severityOf(severity: string | null) {
  const known = SEVERITIES.find((word) => word === severity?.toLowerCase());
  return severity !== null && known === undefined
    ? ({ severity_id: 99, severity: "Other" } as const)
    : ocsfSeverity(known ?? null);
}

/** What is acknowledged was called in-progress once, and old alerts still say so. */
function statusOf(status: string | undefined): Alert["status"] {
  if (status === "in-progress") return "acknowledged";
  return STATUSES.find((known) => known === status) ?? "unknown";
}

function deviceOf(fields: AlertHit["fields"]): Alert["device"] {
  const hostname = nonBlank(fields["host.name"][0]);
  const ip_addresses = fields["host.ip"].filter((ip) => nonBlank(ip) !== null);
  if (hostname === null && ip_addresses.length === 0) return null;
  return { hostname, ip: reachable(ip_addresses), ip_addresses: ip_addresses.slice(0, MOST_ADDRESSES) };
}

function userOf(fields: AlertHit["fields"]): Alert["user"] {
  const name = nonBlank(fields["user.name"][0]);
  const domain = nonBlank(fields["user.domain"]);
  return name === null ? null : { name, domain };
}

function endpointOf([reported]: readonly string[]): Alert["src_endpoint"] {
  const ip = nonBlank(reported);
  return ip === null ? null : { ip };
}
