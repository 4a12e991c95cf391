import type { Upstream } from "../../downstream/upstream.ts";
import { OPERATIONS } from "./errors.ts";
import { type ListedScan, ScanList } from "./schemas.ts";

/**
 * States of a run that is on its way to results. Not among them: a paused run, and one that is being stopped;
 * neither is what whoever launches a scan wants.
 */
const UNDER_WAY: ReadonlySet<string> = new Set([
  "pending",
  "initializing",
  "running",
  "resuming",
  "publishing",
]);

/** Times at the vendor are whole seconds, in the scan and in the header alike. */
const ROUNDING_MS = 2_000;

/** A scan as it stands. */
export interface ScanState {
  readonly scan: ListedScan;
  /** It is running, or was launched since the moment that was asked about. */
  readonly launched: boolean;
}

/**
 * A scan with its latest run, or `null` if there is none of that id.
 *
 * From the list of scans, because that is all that a user of the lowest role may see: history and latest status take
 * the role that launches.
 * @param since milliseconds since the epoch, by our clock
 */
export async function scanState(
  upstream: Upstream,
  scan_id: string,
  since: number,
): Promise<ScanState | null> {
  const { body, headers } = await upstream.readWithHeaders(
    { operation: OPERATIONS.listScans, method: "GET", path: "/scans" },
    ScanList,
  );
  const scan = body.scans?.find(({ schedule_uuid }) => schedule_uuid === scan_id);
  if (scan === undefined) return null;
  const since_there = since + clockDifference(headers, Date.now()) - ROUNDING_MS;
  // A scan that never ran has the time at which it was set up in the same field.
  const ran_since = scan.status !== "empty" && scan.last_modification_date * 1000 >= since_there;
  return { scan, launched: UNDER_WAY.has(scan.status) || ran_since };
}

/** How far the vendor's clock is ahead of ours, in milliseconds: a run must not look older than our request for it. */
function clockDifference(headers: Headers, now: number): number {
  const there = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(there) ? 0 : there - now;
}
