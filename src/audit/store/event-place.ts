/** Turns the place where a page of events ended into a cursor and back. */
import * as z from "zod";

/** Where a page of events ended. Event ids are unique, so nothing of one millisecond is skipped or repeated. */
export const eventPlace = z.strictObject({ at: z.iso.datetime({ precision: 3 }), event_id: z.uuid() });

export type EventPlace = z.output<typeof eventPlace>;

/** The place as a cursor. What else an event has isn't in it. */
export function encodePlace({ at, event_id }: EventPlace): string {
  return Buffer.from(JSON.stringify({ at, event_id })).toString("base64url");
}

/** The place in a cursor, or `null` for anything but what {@link encodePlace} made. */
export function decodePlace(cursor: string): EventPlace | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
  return eventPlace.safeParse(json).data ?? null;
}
