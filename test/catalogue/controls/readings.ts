import type { ControlReading } from "../../../src/catalogue/controls/reading.ts";
import { Failure } from "../../../src/toolkit/failure.ts";

export const NOW = Date.parse("2026-11-22T10:00:00.000Z");

/** When it was `days` before {@link NOW}, ISO 8601. */
export function daysAgo(days: number): string {
  return new Date(NOW - days * 24 * 60 * 60_000).toISOString();
}

export const GAP = new Failure("upstream_unavailable", "The vendor could not be reached.", {
  next_step: "Later.",
});

/** A reading as a source that answered, or didn't, leaves it. */
export function reading(items: readonly unknown[], gap: Failure | null = null): ControlReading {
  return { source: "vendor", what: "things", queried_at: new Date(NOW).toISOString(), items, gap };
}
