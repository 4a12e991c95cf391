/** Names that never lead outside: RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`, and what networks use at home. */
const PRIVATE_SUFFIXES: ReadonlySet<string> = new Set([
  "localhost",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "arpa",
  "onion",
]);

/**
 * True for a name of the public DNS: no address in whatever notation, no single label, no suffix of private
 * networks.
 * @param hostname as `URL` gives it: lower case, ASCII, IPv4 in dotted form however it was written
 */
export function isPublicHost(hostname: string): boolean {
  const labels = hostname.replace(/\.$/, "").split(".");
  const last = labels.at(-1) ?? "";
  // No top-level domain begins with a digit: that is an IPv4 address. Brackets are an IPv6 one.
  const address = hostname.startsWith("[") || /^\d/.test(last);
  return (
    labels.length > 1 && labels.every((label) => label !== "") && !address && !PRIVATE_SUFFIXES.has(last)
  );
}
