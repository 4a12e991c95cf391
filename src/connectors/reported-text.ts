/** As long as a host name may be in DNS. */
const NAME_LENGTH = 255;

/**
 * What a vendor, a host or an attacker wrote ends up in front of a model and of approvers: one line, no control
 * characters, which could make it look like something else, and no more of it than `longest` characters.
 * `null` if nothing is left.
 */
export function reportedText(value: string | null | undefined, longest = NAME_LENGTH): string | null {
  const line = (value ?? "").replaceAll(/\s+/gu, " ").slice(0, longest);
  // After the cut, so that half of a surrogate pair goes, too.
  const clean = line.replaceAll(/\p{C}/gu, "").trim();
  return clean === "" ? null : clean;
}
