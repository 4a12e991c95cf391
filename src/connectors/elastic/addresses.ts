/** Which of a host's addresses says where it is. Pure. */
import * as z from "zod";

/** Loopback, link-local, "any", and what isn't one host's: addresses that lead nowhere from elsewhere. */
const NOWHERE_V4 = /^(0|127|169\.254|22[4-9]|2[3-5]\d)\./;
const NOWHERE_V6 = /^(::1?$|fe[89ab]|ff)/i;

/** An address by which others reach a host, an IPv4 one first; the first of all where there is none. */
export function reachable(addresses: readonly string[]): string | null {
  const v4 = addresses.find((ip) => z.ipv4().safeParse(ip).success && !NOWHERE_V4.test(ip));
  const v6 = () => addresses.find((ip) => z.ipv6().safeParse(ip).success && !NOWHERE_V6.test(ip));
  return v4 ?? v6() ?? addresses[0] ?? null;
}
