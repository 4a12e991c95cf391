/** Filters for alerts in the Falcon Query Language, built from validated parts. */
import type { Severity } from "../severity.ts";
import type { DetectionStatus } from "./alert-schemas.ts";
import { quoted } from "./fql.ts";

export interface DetectionFilter {
  readonly severity?: readonly Severity[] | undefined;
  readonly status?: DetectionStatus | "open" | undefined;
  /** ISO 8601, in any time zone: written down at or after, and before. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly device_id?: string | undefined;
}

/** The vendor's names for its buckets of the number, with the capital that it writes. */
const SEVERITY_NAMES: Record<Severity, string> = {
  informational: "Informational",
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

/** The filter for a search, or `null` for every alert. */
export function detectionFilter(filter: DetectionFilter): string | null {
  const { severity, status, since, before, device_id } = filter;
  const clauses = [
    ...(severity === undefined ? [] : [severityClause(severity)]),
    ...(status === undefined ? [] : [statusClause(status)]),
    ...(since === undefined ? [] : [`created_timestamp:>=${quoted(utc(since))}`]),
    ...(before === undefined ? [] : [`created_timestamp:<${quoted(utc(before))}`]),
    ...(device_id === undefined ? [] : [`agent_id:${quoted(device_id)}`]),
  ];
  return clauses.length === 0 ? null : clauses.join("+");
}

function severityClause(severities: readonly Severity[]): string {
  return `(${severities.map((name) => `severity_name:${quoted(SEVERITY_NAMES[name])}`).join(",")})`;
}

/** A plain value is compared with its case, and "New" is documented beside "closed". */
function statusClause(status: DetectionStatus | "open"): string {
  if (status === "open") return `status:!${quoted("closed")}`;
  return status === "new" ? `(status:${quoted("new")},status:${quoted("New")})` : `status:${quoted(status)}`;
}

function utc(time: string): string {
  return new Date(time).toISOString();
}
