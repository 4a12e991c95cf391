/** Filters for hosts in the Falcon Query Language, built from validated parts. */
import type * as z from "zod";
import {
  type AnyCriticality,
  type Containment,
  CRITICALITIES,
  type Criticality,
} from "../../../capabilities/devices/device.ts";
import type { Os } from "../../../capabilities/devices/search-devices.ts";
import { allOf, anyClause, clause } from "../fql.ts";
import { meaningOf, type QueryMeaning, unsupported } from "./device-query.ts";

/** The vendor's word for each. */
const PLATFORMS: Readonly<Record<Os, string>> = {
  windows: "Windows",
  macos: "Mac",
  linux: "Linux",
  android: "Android",
  ios: "iOS",
  chromeos: "ChromeOS",
};

export interface DeviceFilter {
  readonly query?: string | undefined;
  readonly os?: Os | undefined;
  readonly group?: string | undefined;
  readonly containment?: Exclude<Containment, "unknown"> | undefined;
  readonly criticality?: z.output<typeof AnyCriticality> | undefined;
  /** ISO 8601. */
  readonly last_seen_before?: string | undefined;
}

const STATUS_OF = {
  normal: "normal",
  pending: "containment_pending",
  contained: "contained",
  lifting: "lift_containment_pending",
} as const;

/** The vendor's ratings, by ours. A plain value is compared with its case, so both cases that occur are listed. */
const RATINGS: Record<Criticality, readonly string[]> = {
  low: ["low", "Low", "noncritical", "Noncritical"],
  medium: ["medium", "Medium"],
  high: ["high", "High"],
  critical: ["critical", "Critical"],
};

/** Sensors and people tag hosts under a prefix of their own each. */
const TAG_PREFIXES = ["", "FalconGroupingTags/", "SensorGroupingTags/"];

/** A filter, and how a query in it was understood. */
export interface DeviceSearch {
  /** `null` for every device. */
  readonly filter: string | null;
  readonly meaning: QueryMeaning | null;
}

/** @throws Failure `unsupported_filter` for a query that no filter can say */
export function deviceSearch(asked: DeviceFilter): DeviceSearch {
  const { query, os, group, containment, criticality, last_seen_before } = asked;
  const meaning = query === undefined ? null : meaningOf(query);
  const filter = allOf([
    ...(meaning === null ? [] : [meaning.filter]),
    ...(os === undefined ? [] : [clause("platform_name", PLATFORMS[os])]),
    ...(group === undefined ? [] : [groupClause(group)]),
    ...(containment === undefined ? [] : [clause("status", STATUS_OF[containment])]),
    ...(criticality === undefined ? [] : criticalityClauses(criticality)),
    ...(last_seen_before === undefined ? [] : [`last_seen:<'${new Date(last_seen_before).toISOString()}'`]),
  ]);
  if (filter !== null && propertiesIn(filter) > MOST_PROPERTIES) throw unsupported(TOO_MANY);
  return { filter, meaning };
}

/** The vendor takes no longer filters. */
const MOST_PROPERTIES = 20;
const TOO_MANY = "These conditions together are more than one filter of CrowdStrike's holds.";

function propertiesIn(filter: string): number {
  // Every second piece stands between quotes, where a colon is part of a value.
  const outside = filter.split("'").filter((_piece, place) => place % 2 === 0);
  return outside.join("").split(":").length - 1;
}

function groupClause(group: string): string {
  return /^[0-9a-f]{32}$/.test(group)
    ? clause("groups", group)
    : anyClause(TAG_PREFIXES.map((prefix) => clause("tags", `${prefix}${group}`)));
}

/** Unrated devices have no value to ask for, so they are found by what they are not. */
function criticalityClauses(wanted: z.output<typeof AnyCriticality>): string[] {
  if (wanted !== "unknown") {
    return [anyClause(RATINGS[wanted].map((rating) => clause("criticality", rating)))];
  }
  return CRITICALITIES.flatMap((level) => RATINGS[level]).map((rating) => `criticality:!'${rating}'`);
}
