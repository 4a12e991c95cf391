/** Ranges of IPv4 addresses, as a few patterns. Pure. */
import * as z from "zod";

/** A filter of the vendor's holds twenty properties at most. */
const MOST = 16;

/**
 * The addresses in a range such as `10.0.4.0/22`, as whole addresses or as the octets they begin with (`10.0.4.*`), or
 * `null` if it is none, or if too many would be needed.
 */
export function addressesIn(range: string): string[] | null {
  if (!z.cidrv4().safeParse(range).success) return null;
  const [address = "", length = ""] = range.split("/");
  const bits = Number(length);
  if (bits === 0) return null;
  const octets = Math.ceil(bits / 8);
  const count = 2 ** (octets * 8 - bits);
  if (count > MOST) return null;
  const given = address.split(".").map(Number);
  const last = given[octets - 1] ?? 0;
  const first = last - (last % count);
  return Array.from({ length: count }, (_, nth) =>
    [...given.slice(0, octets - 1), first + nth, ...(octets < 4 ? ["*"] : [])].join("."),
  );
}
