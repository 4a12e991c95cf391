/**
 * Characters that a reader doesn't see, or that rearrange what a reader sees. They are controls, direction marks,
 * zero-width characters, tags (which spell out invisible sentences), halves of surrogate pairs, private and
 * unassigned code points, and letters that are drawn as nothing: the Hangul fillers, the blank Braille pattern. A
 * model reads them all the same; a person who approves doesn't.
 *
 * Line breaks and tabs aren't among them. Nor are the mark that turns a pictograph into colour (U+FE0F) directly
 * behind one, and the joiner (U+200D) between two: ⚠️ and 👩‍💻 are common.
 */
const HIDDEN =
  /(?![\t\n\r]|(?<=\p{Extended_Pictographic})\ufe0f|(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d(?=\p{Extended_Pictographic}))[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/gu;

/** Beyond printable ASCII: only there is anything to look for. */
const UNUSUAL = /[^ -~]/;

/** True if some character of `text` wouldn't be seen. */
export function hidesSomething(text: string): boolean {
  return UNUSUAL.test(text) && text.search(HIDDEN) >= 0;
}

/** True if `text` is one line, and a reader sees all of it. */
export function isLegibleLine(text: string): boolean {
  return !hidesSomething(text) && !/[\t\n\r]/.test(text);
}

/** The text with each character that wouldn't be seen written out: `⟦U+202E⟧`. Twice is as good as once. Pure. */
export function visible(text: string): string {
  return UNUSUAL.test(text) ? text.replace(HIDDEN, (character) => `⟦${codePoint(character)}⟧`) : text;
}

/** JSON text that says the same without any such character, and so stays one line for every reader. Pure. */
export function plainJson(json: string): string {
  return UNUSUAL.test(json) ? json.replace(HIDDEN, escaped) : json;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}
