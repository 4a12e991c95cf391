/** Turns the place where a page of events ended into a cursor and back. */
import * as z from "zod";
import { VisitRefused } from "./visit.ts";

/** Where a page of events ended. Event ids are unique, so nothing of one millisecond is skipped or repeated. */
const placeSchema = z.strictObject({ at: z.iso.datetime({ precision: 3 }), event_id: z.uuid() });

type Place = z.output<typeof placeSchema>;

export function encodePlace({ at, event_id }: Place): string {
  return Buffer.from(JSON.stringify({ at, event_id })).toString("base64url");
}

/** @throws Refused for anything but what {@link encodePlace} made */
export function decodePlace(cursor: string): Place {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    json = undefined;
  }
  const place = placeSchema.safeParse(json);
  if (place.success) return place.data;
  throw new VisitRefused(400, "invalid_cursor", {
    title: "There is no such page",
    advice: "The link to it was altered or cut. Go back to the newest page.",
  });
}
