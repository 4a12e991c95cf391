/** Which network a stranger's address belongs to: whom a limit counts as one. */

const GROUPS = 8;
/** A /64: what one household or one machine is given, to change addresses within as it likes. */
const NETWORK_GROUPS = 4;

/**
 * The /64 of an IPv6 address; an IPv4 address as it is, also where it is written as IPv6. Anything else is
 * returned unchanged. Pure.
 */
export function networkOf(address: string): string {
  // The URL parser writes each address in one way: lower case, the longest run of zeros left out.
  const written = URL.parse(`http://[${address}]/`)?.hostname;
  if (written === undefined) return address;
  const [head = "", tail] = written.slice(1, -1).split("::");
  const first = groupsOf(head);
  const last = groupsOf(tail ?? "");
  const zeros = Array<string>(GROUPS - first.length - last.length).fill("0");
  const groups = [...first, ...zeros, ...last];
  return mappedIPv4(groups) ?? `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

/** RFC 4291 §2.5.5.2: `::ffff:192.0.2.1`. */
function mappedIPv4(groups: readonly string[]): string | null {
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return null;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}
