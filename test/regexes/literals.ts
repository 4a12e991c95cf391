/** The regular expressions in a source text. A lexer of its own: the compiler's API has none that runs in Node. */

/** A regular expression literal and where it stands. */
export interface Literal {
  readonly pattern: string;
  readonly flags: string;
  /** From 1. */
  readonly line: number;
}

/** Comments, strings and template texts, in which a slash begins nothing. A string ends with its line, as JSX's text may hold one quote. */
const SKIPPED = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/y;
const REGEX = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;
/** What can stand before an operand: there a slash is no division. */
const BEFORE_OPERAND = /(?:[(,=:[!&|?{};+]|=>|\breturn)\s*$/;

/** Every literal in `source`, in order. */
export function regexLiterals(source: string): Literal[] {
  const found: Literal[] = [];
  let code = "";
  for (let at = 0; at < source.length; ) {
    SKIPPED.lastIndex = at;
    const skipped = SKIPPED.exec(source)?.[0];
    if (skipped !== undefined) {
      // What comes after a string is no operand; a comment changes nothing.
      if (!skipped.startsWith("/")) code = "x";
      at += skipped.length;
      continue;
    }
    REGEX.lastIndex = at;
    const [all, pattern, flags] = REGEX.exec(source) ?? [];
    if (all !== undefined && pattern !== undefined && BEFORE_OPERAND.test(code)) {
      found.push({ pattern, flags: flags ?? "", line: source.slice(0, at).split("\n").length });
      code = "x";
      at += all.length;
      continue;
    }
    code = (code + source.charAt(at)).slice(-40);
    at += 1;
  }
  return found;
}
