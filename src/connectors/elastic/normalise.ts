import * as z from "zod";
import { opaqueId, reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { ocsfSeverity, severityShape } from "../severity.ts";
import { type AlertHit, AlertId, STATUSES } from "./schemas.ts";

const text = reportedText().nullable();

const TITLE_LENGTH = 200;

/** An alert, in the words of OCSF's Detection Finding (2004); `status` has the words that update_alert takes. */
export const Alert = z.strictObject({
  alert_id: AlertId,
  title: reportedText(TITLE_LENGTH).nullable(),
  ...severityShape,
  risk_score: z.number(),
  status: z.enum(STATUSES),
  time: z.iso.datetime(),
  analytic: z.strictObject({ uid: opaqueId, type: z.literal("Rule") }),
  device: z.strictObject({ hostname: text, ip: text }).nullable(),
  user: z.strictObject({ name: reportedText() }).nullable(),
});
export type Alert = z.output<typeof Alert>;

/** The vendor's alert as ours. Pure. Of the event behind it only who and where is passed on. */
export function alertOf({ _id, fields }: AlertHit): Alert {
  const severity = fields["kibana.alert.severity"];
  const status = fields["kibana.alert.workflow_status"];
  const hostname = nonBlank(fields["host.name"]);
  const ip = nonBlank(fields["host.ip"]);
  const user = nonBlank(fields["user.name"]);
  return {
    alert_id: _id,
    title: nonBlank(fields["kibana.alert.rule.name"]),
    ...ocsfSeverity(severity),
    vendor_severity: severity,
    risk_score: fields["kibana.alert.risk_score"],
    status: status === "in-progress" ? "acknowledged" : status,
    time: new Date(fields["@timestamp"]).toISOString(),
    analytic: { uid: fields["kibana.alert.rule.uuid"], type: "Rule" },
    device: hostname === null && ip === null ? null : { hostname, ip },
    user: user === null ? null : { name: user },
  };
}
