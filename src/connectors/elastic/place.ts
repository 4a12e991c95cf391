/** Where a page of alerts ended. Pure. */
import * as z from "zod";
import type { AlertHit } from "./schemas.ts";

/** Behind everything that was shown. */
export interface Place {
  /** Epoch milliseconds. */
  readonly time: number;
  /** Of the last alert; `null` if it has none. Those without one come last in their moment. */
  readonly unique: string | null;
  /** Those of this moment without a name that were shown. Nothing but their ids tells them apart. */
  readonly shown: readonly string[];
}

/** As much as fits into a cursor. */
const LONGEST = 1400;

/** A place as a cursor carries it: words, because none of them has a space in it. */
export const PlaceText = z
  .string()
  .regex(/^\d{1,16} [!-~]*( [!-~]+)*$/)
  .transform((text): Place => {
    const [time, unique, ...shown] = text.split(" ");
    return { time: Number(time), unique: unique || null, shown };
  });

/** The place as text, or `null` if too many alerts of one moment have no name. */
export function textOf({ time, unique, shown }: Place): string | null {
  const text = [String(time), unique ?? "", ...shown].join(" ");
  return text.length <= LONGEST ? text : null;
}

/** The place behind a page. @param from where the page began */
export function placeBehind(page: readonly AlertHit[], from: Place | null): Place | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const [time, unique] = last.sort;
  if (unique !== null) return { time, unique, shown: [] };
  const nameless = page.filter(({ sort }) => sort[0] === time && sort[1] === null).map(({ _id }) => _id);
  const before = from !== null && from.time === time ? from.shown : [];
  return { time, unique, shown: [...before, ...nameless] };
}
