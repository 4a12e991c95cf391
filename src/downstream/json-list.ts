/**
 * Reads a JSON list one element at a time, so that a list of any length takes no more memory than its longest
 * element. It only finds where elements begin and end; whether one is JSON is for `JSON.parse` to say.
 */

/** The text isn't one list, or breaks off, or has an element longer than any may be. */
export class NotAList extends Error {}

/** Where an element begins and ends can be told by these alone: outside strings they come in pairs. */
const OPENS = new Set(["[", "{"]);
const CLOSES = new Set(["]", "}"]);
const SPACE = /\s/;

/**
 * The elements of a list, each as its text.
 * @param pieces the list's text, cut anywhere
 * @param longest in characters; a longer element must not fill the isolate's memory
 * @throws NotAList
 */
export async function* elementsOf(pieces: AsyncIterable<string>, longest: number): AsyncGenerator<string> {
  const splitter = new Splitter(longest);
  for await (const piece of pieces) yield* splitter.push(piece);
  splitter.end();
}

class Splitter {
  readonly #longest: number;
  /** 0 before and after the list, 1 between its elements, more within one. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #done = false;
  /** What earlier pieces held of the current element. */
  #held = "";
  /** An element must follow: there was a comma. */
  #owed = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The elements that end in `piece`. */
  *push(piece: string): Generator<string> {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const character = piece.charAt(at);
      if (this.#inString) {
        this.#withinString(character);
      } else if (this.#depth === 0) {
        this.#outside(character);
        from = at + 1;
      } else if (character === '"') {
        this.#inString = true;
      } else if (OPENS.has(character)) {
        this.#depth += 1;
      } else if (CLOSES.has(character)) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        if (character !== "]") throw new NotAList();
        this.#done = true;
        yield* this.#last(piece.slice(from, at));
        from = at + 1;
      } else if (character === "," && this.#depth === 1) {
        yield this.#element(piece.slice(from, at));
        this.#owed = true;
        from = at + 1;
      }
    }
    this.#held += piece.slice(from);
    if (this.#held.length > this.#longest) throw new NotAList();
  }

  /** @throws NotAList if the list isn't at its end */
  end(): void {
    if (!this.#done) throw new NotAList();
  }

  #outside(character: string): void {
    if (SPACE.test(character)) return;
    if (this.#done || character !== "[") throw new NotAList();
    this.#depth = 1;
  }

  #withinString(character: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (character === "\\") this.#escaped = true;
    else if (character === '"') this.#inString = false;
  }

  #element(rest: string): string {
    const element = (this.#held + rest).trim();
    this.#held = "";
    if (element === "" || element.length > this.#longest) throw new NotAList();
    return element;
  }

  /** What stands before the closing bracket: the last element, or nothing in an empty list. */
  *#last(rest: string): Generator<string> {
    if (!this.#owed && (this.#held + rest).trim() === "") this.#held = "";
    else yield this.#element(rest);
  }
}
