/** Reads how a Tenable scan stands, and whether it was launched since a moment, by the vendor's clock. */
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { TENABLE_OPERATIONS, tenable } from "./errors.ts";
import { ListedScan, ScanList } from "./schemas.ts";

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
 * the role that launches. The other scans of the list may look as they like.
 * @param since milliseconds since the epoch, by our clock
 * @throws Failure `upstream_contract_changed` if the scan can't be read, or may be one of those that can't
 */
export async function scanState(
  upstream: Upstream,
  scan_id: string,
  since: number,
): Promise<ScanState | null> {
  const { body, headers } = await upstream.readWithHeaders(
    { operation: TENABLE_OPERATIONS.listScans, method: "GET", path: "/scans" },
    ScanList,
  );
  const { records: scans, unreadable } = body.scans;
  const listed = scans.find(({ schedule_uuid }) => schedule_uuid === scan_id);
  if (listed === undefined) {
    const nameless = scans.length > 0 && scans.every(({ schedule_uuid }) => !schedule_uuid);
    if (unreadable > 0 || nameless) throw changed("schedule_uuid");
    return null;
  }
  const scan = ListedScan.safeParse(listed);
  if (!scan.success) throw changed(String(scan.error.issues[0]?.path.join(".")));
  return { scan: scan.data, launched: isLaunched(scan.data, since + clockDifference(headers, Date.now())) };
}

function changed(field: string) {
  return contractChanged(tenable, TENABLE_OPERATIONS.listScans, `scans.${field}`);
}

/**
 * Whether a scan is running, or was launched since a moment. Pure.
 * @param since milliseconds since the epoch, by the vendor's clock
 */
export function isLaunched(
  { status, last_modification_date }: Pick<ListedScan, "status" | "last_modification_date">,
  since: number,
): boolean {
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
