import { quantile } from "../statistics.ts";
import type { LeftEvent } from "./traffic.ts";

/** How large events of one sort are: their texts in bytes of UTF-8. */
export interface EventSize {
  readonly of: string;
  readonly seen: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The sizes of events, by what they tell of. Pure. */
export function sizesOf(events: readonly LeftEvent[]): EventSize[] {
  const bySort = Map.groupBy(events, ({ type, tool, decision }) =>
    [type, tool, decision].filter((word) => word !== null).join(" "),
  );
  return [...bySort].map(([of, alike]) => {
    const bytes = alike.map(({ event }) => Buffer.byteLength(event));
    const [median, least, most] = [0.5, 0, 1].map((q) => quantile(bytes, q)) as [number, number, number];
    return { of, seen: alike.length, median, least, most };
  });
}
