/** What is asked of an export, and what is told apart here. Pure. */
import type { JsonObject } from "../../toolkit/json.ts";
import { SEVERITIES, type Severity } from "../../toolkit/severity.ts";
import type { Finding } from "./schemas.ts";

/** What a search can be narrowed by, beside a device. */
export interface FindingFilter {
  readonly severity?: readonly Severity[] | undefined;
  readonly cve_id?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
}

/**
 * Without any time, the vendor leaves out what it hasn't seen for 30 days; what is open and was seen before that is
 * open still. It wants ten digits, and this is the first second that has them (2001).
 */
const EVER_S = 1_000_000_000;
const DAY_S = 86_400;

const WORDS: Record<Severity, string> = {
  informational: "info",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

/**
 * The `filters` of an export in which what was asked for is. It may hold more: an export takes the vendor minutes, so
 * one that serves many questions is better than one for each. What makes it shorter by far is the device's address, or
 * the CVE; else the severities and the day since which findings were seen.
 *
 * The same question always gives the same filters: that is how an export that is under way is found again.
 * @param address of the device that was asked for, if there is one that only it has
 */
export function exportFilters(
  { severity, cve_id, since }: FindingFilter,
  address?: string | null,
): JsonObject {
  const open = { state: ["OPEN", "REOPENED"] };
  if (address) return { ...open, since: EVER_S, cidr_range: `${address}/32` };
  if (cve_id !== undefined) return { ...open, since: EVER_S, cve_id: [cve_id] };
  const day = since === undefined ? 0 : Math.floor(Date.parse(since) / 1000 / DAY_S) * DAY_S;
  return {
    ...open,
    since: Math.max(EVER_S, day),
    ...(severity === undefined ? {} : { severity: [...new Set(severity)].sort().map((word) => WORDS[word]) }),
  };
}

/** The arguments of a search that stand in the `filters` of its export. */
export function filterArguments(filters: JsonObject): string[] {
  return ["cve_id", "severity"]
    .filter((name) => name in filters)
    .concat("cidr_range" in filters ? ["device"] : [])
    .concat(filters.since === EVER_S ? [] : ["since"]);
}

/** Whether a finding is what was asked for. One that doesn't say how severe it is, or when it was seen, may be. */
export function isAsked(finding: Finding, { severity, cve_id, since }: FindingFilter): boolean {
  const { plugin, last_found } = finding;
  const its = severityOf(finding);
  return (
    (severity === undefined || its === null || severity.includes(its)) &&
    (cve_id === undefined || (plugin?.cve ?? []).includes(cve_id)) &&
    (since === undefined || !last_found || Date.parse(last_found) >= Date.parse(since))
  );
}

/**
 * The vendor counts from 0 (info), in the same order. Where there is no number, its word says the same; `null` for a
 * number or a word that it doesn't document, and for neither.
 */
export function severityOf({ severity_id, severity }: Pick<Finding, "severity_id" | "severity">) {
  if (typeof severity_id === "number") return SEVERITIES[severity_id] ?? null;
  const said = severity?.toLowerCase();
  return SEVERITIES.find((known) => WORDS[known] === said) ?? null;
}
