/** A day in milliseconds. Deadlines are counted in whole days of 24 hours, not in dates: no time zone is involved. */
export const DAY_MS = 24 * 60 * 60_000;

/** How many whole days ago `time` (ISO 8601) was. @param now milliseconds since the epoch */
export function daysSince(time: string, now: number): number {
  return Math.floor((now - Date.parse(time)) / DAY_MS);
}
