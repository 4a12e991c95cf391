/** Reads a list of ids from a body. */
import * as z from "zod";
import type { VendorRequest } from "../simulator.ts";

const idsBody = z.object({ ids: z.array(z.string()) });

/** The ids of a JSON body; nothing if it isn't one, or names none or more than `most`. */
export function idsOf(request: VendorRequest, most: number): string[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return undefined;
  }
  const ids = idsBody.safeParse(body).data?.ids ?? [];
  return ids.length >= 1 && ids.length <= most ? ids : undefined;
}
