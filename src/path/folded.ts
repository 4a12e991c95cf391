import { createHash } from "node:crypto";

/** Longer titles are cut here, in characters: a target's name stands in every audit event. */
const LONGEST = 200;

/**
 * A title as the identity of what it names: however it is typed, spaced or capitalised, it stays the same
 * (NFKC, lower case, white space collapsed). What is cut off is told apart by a digest of the whole.
 */
export function foldedTitle(title: string): string {
  const folded = title.normalize("NFKC").toLowerCase().replaceAll(/\s+/gu, " ").trim();
  const characters = [...folded];
  if (characters.length <= LONGEST) return folded;
  const digest = createHash("sha256").update(folded).digest("base64url").slice(0, 16);
  return `${characters.slice(0, LONGEST).join("")}…${digest}`;
}
