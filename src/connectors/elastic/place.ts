/** Where a page of alerts ended. Pure. */
import * as z from "zod";
import type { AlertHit } from "./schemas.ts";

/** Behind everything that was shown. */
export const KibanaSpace = z.object({
  /** Epoch milliseconds. */
  time: z.number(),
  /** Of the last alert; `null` if it has none. Those without one come last in their moment. */
  unique: z.string().max(512).nullable(),
  /** Those of this moment without a name that were shown. Nothing but their ids tells them apart. */
  shown: z.array(z.string().max(512)).max(200),
});
export type KibanaSpace = z.output<typeof KibanaSpace>;

/** As much as fits into a cursor, as JSON. */
const LONGEST = 1400;

/** True if too many alerts of one moment have no name. */
export function tooLong(place: KibanaSpace): boolean {
  return JSON.stringify(place).length > LONGEST;
}

/** The place behind a page. @param from where the page began */
export function placeBehind(page: readonly AlertHit[], from: KibanaSpace | null): KibanaSpace | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const [time, unique] = last.sort;
  if (unique !== null) return { time, unique, shown: [] };
  const nameless = page.filter(({ sort }) => sort[0] === time && sort[1] === null).map(({ _id }) => _id);
  const before = from !== null && from.time === time ? from.shown : [];
  return { time, unique, shown: [...before, ...nameless] };
}
