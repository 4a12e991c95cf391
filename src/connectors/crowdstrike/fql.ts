/** Filters in the Falcon Query Language, built from validated parts. No caller writes FQL. */
import * as z from "zod";
import type { Containment } from "./normalise.ts";
import { DeviceId } from "./schemas.ts";
import { CRITICALITIES, type Criticality } from "./settings.ts";

/** What a search may look for: an id, an address, or a part of a name. Nothing in it can end a quotation. */
export const DeviceQuery = z
  .string()
  .max(128)
  .regex(/^[\w.*-]+$/, "may hold letters, digits, dots, hyphens, underscores and *");

export interface DeviceFilter {
  readonly query?: string | undefined;
  readonly containment?: Containment | undefined;
  readonly criticality?: Criticality | undefined;
}

const STATUS_OF: Record<Containment, string> = {
  normal: "normal",
  pending: "containment_pending",
  contained: "contained",
  lifting: "lift_containment_pending",
};

/** The vendor's ratings, by ours. A plain value is compared with its case, so both cases that occur are listed. */
const RATINGS: Record<Criticality, readonly string[]> = {
  low: ["low", "Low", "noncritical", "Noncritical"],
  medium: ["medium", "Medium"],
  high: ["high", "High"],
  critical: ["critical", "Critical"],
};

/**
 * The filter for a search, or `null` for every device.
 * @param unassigned what a device counts as that nobody has rated: a search for that finds it
 */
export function deviceFilter(filter: DeviceFilter, unassigned: Criticality): string | null {
  const clauses = [
    ...(filter.query === undefined ? [] : [queryClause(filter.query)]),
    ...(filter.containment === undefined ? [] : [`status:${quoted(STATUS_OF[filter.containment])}`]),
    ...(filter.criticality === undefined ? [] : criticalityClauses(filter.criticality, unassigned)),
  ];
  return clauses.length === 0 ? null : clauses.join("+");
}

function queryClause(query: string): string {
  const id = query.toLowerCase();
  if (DeviceId.safeParse(id).success) return `device_id:${quoted(id)}`;
  if (z.ipv4().safeParse(query).success) return `local_ip:${quoted(query)}`;
  // `*` before the value allows asterisks anywhere in it; without one of the caller's own, any part of a name.
  return `hostname:*${quoted(query.includes("*") ? query : `*${query}*`)}`;
}

/** Unrated devices have no value to ask for, so they are found by what they are not. */
function criticalityClauses(wanted: Criticality, unassigned: Criticality): string[] {
  if (wanted !== unassigned) {
    return [`(${RATINGS[wanted].map((rating) => `criticality:${quoted(rating)}`).join(",")})`];
  }
  return CRITICALITIES.filter((level) => level !== wanted)
    .flatMap((level) => RATINGS[level])
    .map((rating) => `criticality:!${quoted(rating)}`);
}

/** A value in quotes. Every value is validated before; this holds even if one isn't. */
export function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, "\\$&")}'`;
}
