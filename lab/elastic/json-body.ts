/** Reads a body as JSON. */
import type { VendorRequest } from "../simulator.ts";

/** A request's body as JSON; nothing if it isn't. */
export function jsonBody({ body }: VendorRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
