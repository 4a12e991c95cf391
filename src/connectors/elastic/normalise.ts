/** Elastic's alerts as ours. Pure. */
import { ALERT_STATUSES, type Alert, SHARED } from "../../capabilities/alerts/alert.ts";
import { ocsfSeverity, SEVERITIES } from "../../toolkit/severity.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reachable } from "./addresses.ts";
import type { AlertHit } from "./schemas.ts";
import { alertProcess, fileOf } from "./triage.ts";

const MOST_ADDRESSES = 16;
const MOST_OBSERVABLES = 20;

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
    process: alertProcess(fields),
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
  return ALERT_STATUSES.find((known) => known === status) ?? "unknown";
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
