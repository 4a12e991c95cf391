/** Filters for alerts in the Falcon Query Language, built from validated parts. */

import type { DetectionStatus } from "../../../capabilities/detections/detection.ts";
import { SEVERITIES, type Severity } from "../../../toolkit/severity.ts";
import { allOf, anyClause, clause, oneOf } from "../fql.ts";
import { BUCKETS } from "./normalise-detection.ts";

const HASH_PROPERTIES: Readonly<Record<number, string>> = { 32: "md5", 40: "sha1", 64: "sha256" };

export interface DetectionFilter {
  readonly severity?: readonly Severity[] | undefined;
  readonly status?: readonly DetectionStatus[] | undefined;
  /** ISO 8601, in any time zone: written down at or after, and before. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly device_id?: string | undefined;
  readonly user?: string | undefined;
  readonly hash?: string | undefined;
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
  const { severity, status, since, until, device_id, user, hash } = filter;
  return allOf([
    ...(severity === undefined ? [] : [severityClause(severity)]),
    ...(status === undefined ? [] : [statusClause(status)]),
    ...(since === undefined ? [] : [`created_timestamp:>='${utc(since)}'`]),
    ...(until === undefined ? [] : [`created_timestamp:<'${utc(until)}'`]),
    ...(device_id === undefined ? [] : [clause("agent_id", device_id)]),
    ...(user === undefined ? [] : [oneOf("user_name", userNames(user))]),
    ...(hash === undefined ? [] : [clause(HASH_PROPERTIES[hash.length] ?? "", hash.toLowerCase())]),
  ]);
}

/**
 * Alerts that aren't closed and may be of one of the two highest severities: an unknown word isn't lower either. Whether
 * "not that word" holds where there is no word isn't documented, so a high number is enough as well. Those with a word
 * or a number in a lower bucket may come along, and have to be left out by their reader.
 */
export const OPEN_AND_MAYBE_SEVERE = `status:!'closed'+status:!'Closed'+((severity_name:!'Informational'+severity_name:!'Low'+severity_name:!'Medium'),severity:>=${BUCKETS.high})`;

/** By the word, and by its bucket of the number: some products write down one of them alone. */
function severityClause(severities: readonly Severity[]): string {
  const words = oneOf(
    "severity_name",
    severities.map((severity) => SEVERITY_NAMES[severity]),
  );
  return anyClause([words, ...runsOf(severities)]);
}

/** The buckets of the number, those that lie side by side as one range. */
function runsOf(severities: readonly Severity[]): string[] {
  const wanted = (severity: Severity | undefined) => severity !== undefined && severities.includes(severity);
  return SEVERITIES.flatMap((first, at) => {
    if (!wanted(first) || wanted(SEVERITIES[at - 1])) return [];
    const next = SEVERITIES.slice(at).find((severity) => !wanted(severity));
    const below = next === undefined ? "" : `+severity:<${BUCKETS[next]}`;
    return [`(severity:>=${BUCKETS[first]}${below})`];
  });
}

/** A plain value is compared with its case, and "New" is documented beside "closed". */
function statusClause(statuses: readonly DetectionStatus[]): string {
  return oneOf("status", [...statuses, ...(statuses.includes("new") ? ["New"] : [])]);
}

/** The user's names under which alerts may know them: some products write the account, some the address. */
export function userNames(user: string): string[] {
  const account = user.slice(user.indexOf("\\") + 1);
  const at = account.lastIndexOf("@");
  const local = at > 0 ? account.slice(0, at) : account;
  const names = [account, local];
  return [...new Set([...names, ...names.map((name) => name.toLowerCase())])];
}

function utc(time: string): string {
  return new Date(time).toISOString();
}
