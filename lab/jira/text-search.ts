/** Matches texts as Jira's `~` does. */
import { JqlError } from "./jql.ts";

/**
 * Whether a text holds for the operand of `~`, which is a query of its own: words that must all occur, `"…"`
 * for words in a row, `word*` for how a word begins. Everything else of that language is refused, so that
 * whoever lets it through notices.
 * @throws JqlError for an operand that the lab doesn't know
 */
export function textMatcher(operand: string): (text: string) => boolean {
  const parts = [...operand.matchAll(/"([^"]*)"|([^\s"]+)/g)];
  if (parts.length === 0) throw new JqlError("The text query is empty.");
  const tests = parts.map(([, phrase, word]) =>
    phrase === undefined ? wordTest(word ?? "") : rowTest(phrase),
  );
  return (text) => {
    const words = wordsOf(text);
    return tests.every((test) => test(words));
  };
}

type WordsTest = (words: readonly string[]) => boolean;

function rowTest(phrase: string): WordsTest {
  const wanted = wordsOf(phrase);
  return (words) =>
    wanted.length > 0 && words.some((_, at) => wanted.every((word, offset) => words[at + offset] === word));
}

function wordTest(word: string): WordsTest {
  if (!/^[\p{L}\p{N}]+\*?$/u.test(word)) throw new JqlError(`Unable to parse the text '${word}'.`);
  const wanted = word.toLowerCase().replace("*", "");
  return word.endsWith("*")
    ? (words) => words.some((candidate) => candidate.startsWith(wanted))
    : (words) => words.includes(wanted);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
