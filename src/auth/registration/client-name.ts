/**
 * Makes a client's name safe to show to people, and tells whether one of its words mixes look-alike
 * alphabets.
 */
import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";

/** Long enough for an honest name, and too short to say much beside it. */
const MAX_LENGTH = 40;
/** What stands where a name has nothing to see in it. */
const NAMELESS = "An app without a name";

/**
 * Characters that show nothing, or change how their neighbours are shown: controls, format and direction marks,
 * private and unassigned ones, variation selectors, fillers, and the blank Braille pattern.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** What could end the quotation marks that a name stands in, and go on in our voice. */
const QUOTES = /["“”„‟«»‹›〝〞〟❝❞「」『』\u{1f676}-\u{1f678}]/gu;
/** More marks on one letter than any language puts there cover the lines around it. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** A client's name for people: without the characters by which it could pass for another, reach over the page, or end its quotation. */
export function clientName({ clientName }: Pick<ConsentDescription, "clientName">): string {
  const seen = clientName
    .normalize("NFKC")
    .replace(/\s+/gu, " ")
    .replace(UNSEEN, "")
    .replace(QUOTES, "'")
    .replace(PILED_MARKS, "$1")
    .trim();
  const characters = [...seen];
  if (characters.length === 0) return NAMELESS;
  return characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH).join("")}…` : seen;
}

/** Alphabets with letters that look like each other's (Unicode Technical Standard 39, section 5). */
const LOOKALIKES = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
] as const;

/** Whether a word of the name is written in letters of two alphabets, as one is that is to be taken for another. */
export function mixesAlphabets(name: string): boolean {
  return name
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => LOOKALIKES.filter((alphabet) => alphabet.test(word)).length > 1);
}
