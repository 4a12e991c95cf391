/** A parsed filter of the Falcon Query Language, as much of it as the lab knows. */
export type Fql =
  | { kind: "and" | "or"; terms: Fql[] }
  | { kind: "clause"; property: string; operator: FqlOperator; values: string[] };

const operators = ["", "!", ">", ">=", "<", "<=", "~", "!~", "*", "!*", "~*"] as const;

/** Between the colon and the value. None means equality. */
export type FqlOperator = (typeof operators)[number];

/** A filter that the simulator doesn't understand: the vendor's 400. */
export class FqlError extends Error {}

/**
 * Parses a filter: `property:operator'value'`, joined by `+` (and) and `,` (or), with parentheses.
 * `+` binds tighter. Values keep their backslash escapes, so that a literal `\*` stays apart from a wildcard.
 * @throws FqlError saying where it stopped understanding.
 */
export function parseFql(text: string): Fql {
  return new Parser(text).parse();
}

/** The text that a value stands for: `\'` is a quote, `\*` an asterisk. */
export function unescapeFql(value: string): string {
  return value.replaceAll(/\\(.)/gs, "$1");
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Fql {
    const filter = this.#or();
    if (this.#position < this.#text.length) this.#fail("expected + or ,");
    return filter;
  }

  #or(): Fql {
    return this.#joined("or", ",", () => this.#and());
  }

  #and(): Fql {
    return this.#joined("and", "+", () => this.#term());
  }

  #joined(kind: "and" | "or", separator: string, next: () => Fql): Fql {
    const first = next();
    const terms = [first];
    while (this.#take(separator)) terms.push(next());
    return terms.length === 1 ? first : { kind, terms };
  }

  #term(): Fql {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) this.#fail("expected )");
      return inner;
    }
    const property = this.#match(/[a-z_][\w.]*/y) ?? this.#fail("expected a property");
    if (!this.#take(":")) this.#fail("expected :");
    const operator = this.#match(/[!<>=~*]*/y) ?? "";
    const known = operators.find((candidate) => candidate === operator);
    if (known === undefined) this.#fail(`unknown operator ${operator}`);
    return { kind: "clause", property, operator: known, values: this.#values() };
  }

  #values(): string[] {
    if (!this.#take("[")) return [this.#value()];
    const values = [this.#value()];
    while (this.#take(",")) values.push(this.#value());
    if (!this.#take("]")) this.#fail("expected ]");
    return values;
  }

  #value(): string {
    const quoted = this.#match(/'(?:[^'\\]|\\.)*'/sy);
    if (quoted !== undefined) return quoted.slice(1, -1);
    return this.#match(/-?\d+(?:\.\d+)?|true|false/y) ?? this.#fail("expected a value in single quotes");
  }

  #take(character: string): boolean {
    this.#match(/ */y);
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    this.#match(/ */y);
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #fail(expectation: string): never {
    throw new FqlError(`invalid filter: ${expectation} at position ${this.#position}`);
  }
}
