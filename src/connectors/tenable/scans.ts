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
  return { scan, launched: isLaunched(scan, since + clockDifference(headers, Date.now())) };
}

/**
 * Whether a scan is running, or was launched since a moment. Pure.
 * @param since milliseconds since the epoch, by the vendor's clock
 */
export function isLaunched({ status, last_modification_date }: ListedScan, since: number): boolean {
  if (UNDER_WAY.has(status)) return true;
  // A scan that never ran has the time at which it was set up in the same field.
  return status !== "empty" && last_modification_date * 1000 >= since - ROUNDING_MS;
}

/**
 * How far the vendor's clock is ahead of ours, in milliseconds, by the headers of an answer: a run must not look
 * older than our request for it. 0 where they don't say. Pure.
 */
export function clockDifference(headers: Headers, now: number): number {
  const there = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(there) ? 0 : there - now;
}
