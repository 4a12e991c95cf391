/** Reads a whole number from a query. */
import type { VendorRequest } from "../simulator.ts";

/** A query parameter as a whole number: `absent` without it, nothing if it isn't one from `least` to `most`. */
export function wholeNumber(
  request: VendorRequest,
  name: string,
  absent: number,
  least: number,
  most: number,
): number | undefined {
  const text = request.query.get(name);
  if (text === null) return absent;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
