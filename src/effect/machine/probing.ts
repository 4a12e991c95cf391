/**
 * What a read after an outcome in doubt proves, and when to look again. Pure.
 *
 * Reading back shows state, not cause. One sight of the wanted state ends the doubt. Absence is proven
 * only by two reads, the later of them after every request of ours must have landed or died; where the
 * vendor gives no such bound, a person decides.
 */
import type { ProbeRecord } from "./operation.ts";

/** How long after the deadline a request of ours can still land. */
export interface Landing {
  /** In milliseconds; `null` where there is no bound, so that absence is never proven. */
  readonly ms: number | null;
  /** Nobody gave the bound: it is our own. */
  readonly assumed: boolean;
}

/**
 * Our own bound, where nobody gives one and a second landing adds nothing: if it is wrong, what lands later sets
 * once more what was set, and that is all.
 */
export const ASSUMED_LANDING_MS = 10 * 60_000;

/** The bound for a tool, by its own word or by ours. */
export function landingOf(repeat: "same" | "adds", declared_ms: number | null): Landing {
  if (declared_ms !== null) return { ms: declared_ms, assumed: false };
  return repeat === "same" ? { ms: ASSUMED_LANDING_MS, assumed: true } : { ms: null, assumed: false };
}

/** What one read showed. */
export type Reading = "present" | "absent" | "failed";

export type ProbeVerdict =
  | { readonly next: "fail_safe" }
  | { readonly next: "give_up" }
  | { readonly next: "again"; readonly at: number };

/** The first look: soon, because most doubts end with it. */
export const FIRST_PROBE_MS = 500;
/** Without a bound from the vendor, how long after the deadline a late landing is still watched for. */
export const WATCH_MS = 30_000;
/** An object may come back on another machine, whose clock is ahead of the one that wrote the deadline. */
export const CLOCK_MARGIN_MS = 1_000;
/** After this long, a vendor that can't be read is a person's problem. */
export const PROBE_LIFE_MS = 15 * 60_000;
const LONGEST_PAUSE_MS = 30_000;

/** The record with one more reading. */
export function counted(record: ProbeRecord, reading: Reading): ProbeRecord {
  return {
    attempts: record.attempts + 1,
    absent_reads: record.absent_reads + (reading === "absent" ? 1 : 0),
    failed_reads: record.failed_reads + (reading === "failed" ? 1 : 0),
  };
}

/**
 * What follows from a reading that didn't show the wanted state.
 * @param record with this reading counted
 * @param read_at when the read began, milliseconds since the epoch
 * @param deadline_at when the vendor's time to answer ended
 * @param landing_ms how long after the deadline a request can still land, or `null`
 */
export function judge(
  reading: Exclude<Reading, "present">,
  record: ProbeRecord,
  read_at: number,
  deadline_at: number,
  landing_ms: number | null,
): ProbeVerdict {
  const certain_at = deadline_at + (landing_ms ?? WATCH_MS) + CLOCK_MARGIN_MS;
  if (reading === "absent" && record.absent_reads >= 2 && read_at >= certain_at) {
    return landing_ms === null ? { next: "give_up" } : { next: "fail_safe" };
  }
  // What can be read is read until a read proves something, however long a request may take to land.
  const since = record.absent_reads > 0 ? certain_at : deadline_at;
  if (read_at >= since + PROBE_LIFE_MS) return { next: "give_up" };
  const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** Math.min(record.attempts - 1, 10));
  const again = read_at + pause;
  // Never sleep past the moment at which a read becomes proof.
  return { next: "again", at: read_at < certain_at ? Math.min(again, certain_at) : again };
}
