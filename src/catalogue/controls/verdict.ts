/** What the readings prove. Pure. */
import type { Control, Violation } from "./control.ts";
import type { ControlReading } from "./reading.ts";

export const CONTROL_STATUSES = ["pass", "fail", "indeterminate"] as const;
export type ControlStatus = (typeof CONTROL_STATUSES)[number];

export interface ControlVerdict {
  readonly status: ControlStatus;
  /** The same in a sentence or two. */
  readonly reason: string;
  readonly violations: readonly Violation[];
  /** False where some may not have been seen: then their number is the least that there are. */
  readonly all_seen: boolean;
}

/**
 * Judges a control by what was read.
 *
 * An incomplete read leaves the answer open, even where what was read already shows violations: an answer that
 * says `fail` stands for the whole, with a number that somebody will compare with last month's. What was seen is
 * in the answer all the same, as the least that there is.
 * @param now milliseconds since the epoch
 */
export function verdictOf(
  control: Control,
  readings: Readonly<Record<string, ControlReading>>,
  now: number,
): ControlVerdict {
  const items = Object.entries(readings).map(([name, reading]) => [name, reading.items] as const);
  const violations = control.judge(Object.fromEntries(items), now);
  const gaps = Object.values(readings).flatMap(({ gap }) => gap ?? []);
  const seen = `${violations.length} ${control.violations}`;
  if (gaps.length > 0) {
    const so_far = violations.length === 0 ? "" : ` What could be read already shows ${seen}.`;
    const why = gaps.map(({ message }) => message).join(" ");
    return { status: "indeterminate", reason: `${why}${so_far}`, violations, all_seen: false };
  }
  if (violations.length > 0) return { status: "fail", reason: `Found ${seen}.`, violations, all_seen: true };
  return {
    status: "pass",
    reason: `Everything was read: no ${control.violations}.`,
    violations,
    all_seen: true,
  };
}
