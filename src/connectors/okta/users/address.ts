/** IP addresses as a log may write them. */
import * as z from "zod";

const IPv6 = z.ipv6();

/**
 * The ways in which one IP address may be written: as it was given, and for IPv6 the shortest form (RFC 5952) and the
 * one without abbreviation. `null` if `text` is no single address.
 */
export function spellingsOf(text: string): readonly string[] | null {
  if (z.ipv4().safeParse(text).success) return [text];
  if (!IPv6.safeParse(text).success) return null;
  const shortest = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return [...new Set([text, shortest, inFull(shortest)])];
}

/** `2001:db8::7` as `2001:db8:0:0:0:0:0:7`. */
function inFull(shortest: string): string {
  const [head = "", tail] = shortest.split("::");
  if (tail === undefined) return shortest;
  const groups = (part: string) => part.split(":").filter((group) => group !== "");
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...Array(8 - before.length - after.length).fill("0"), ...after].join(":");
}
