/** A parsed restriction of the Jira Query Language, as much of it as the lab knows. */
export type Jql =
  | { kind: "and" | "or"; terms: Jql[] }
  | { kind: "clause"; field: string; operator: JqlOperator; values: string[] };

const operators = ["=", "!=", "~", ">=", "<="] as const;

/** `in` is `=` with several values. */
export type JqlOperator = (typeof operators)[number];

/** One field of `ORDER BY`. */
export interface JqlOrder {
  field: string;
  descending: boolean;
}

/** A whole query. Without a restriction it is unbounded. */
export interface JqlQuery {
  restriction: Jql | null;
  order: JqlOrder[];
}

/** A query that the simulator doesn't understand: the vendor's 400. */
export class JqlError extends Error {}

/**
 * Parses a query: `field = "value"`, `field in ("a", "b")`, joined by AND and OR with parentheses, then
 * `ORDER BY`. AND binds tighter.
 * @throws JqlError saying where it stopped understanding.
 */
export function parseJql(text: string): JqlQuery {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JqlQuery {
    this.#space();
    const ordersOnly = this.#position === this.#text.length || /^order\s/i.test(this.#rest());
    const restriction = ordersOnly ? null : this.#or();
    const order = this.#word("order") ? this.#order() : [];
    if (this.#position < this.#text.length) this.#fail("expected AND, OR or ORDER BY");
    return { restriction, order };
  }

  #or(): Jql {
    return this.#joined("or", () => this.#and());
  }

  #and(): Jql {
    return this.#joined("and", () => this.#term());
  }

  #joined(kind: "and" | "or", next: () => Jql): Jql {
    const first = next();
    const terms = [first];
    while (this.#word(kind)) terms.push(next());
    return terms.length === 1 ? first : { kind, terms };
  }

  #term(): Jql {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) this.#fail("expected )");
      return inner;
    }
    const field = this.#match(/[a-z]+/iy) ?? this.#fail("expected a field");
    if (this.#word("in")) {
      if (!this.#take("(")) this.#fail("expected (");
      const values = [this.#value()];
      while (this.#take(",")) values.push(this.#value());
      if (!this.#take(")")) this.#fail("expected )");
      return { kind: "clause", field, operator: "=", values };
    }
    const found = this.#match(/[!<>=~]+/y) ?? "";
    const operator = operators.find((candidate) => candidate === found);
    if (operator === undefined) this.#fail(`unknown operator ${found}`);
    return { kind: "clause", field, operator, values: [this.#value()] };
  }

  #order(): JqlOrder[] {
    if (!this.#word("by")) this.#fail("expected BY");
    const order: JqlOrder[] = [];
    do {
      const field = this.#match(/[a-z]+/iy) ?? this.#fail("expected a field");
      const descending = this.#word("desc");
      if (!descending) this.#word("asc");
      order.push({ field, descending });
    } while (this.#take(","));
    return order;
  }

  #value(): string {
    const quoted = this.#match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy);
    if (quoted !== undefined) return quoted.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
    return this.#match(/[\w.-]+/y) ?? this.#fail("expected a value");
  }

  #word(word: string): boolean {
    return this.#match(new RegExp(`${word}\\b`, "iy")) !== undefined;
  }

  #take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    this.#space();
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#position += found.length;
    this.#space();
    return found;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#position] ?? "")) this.#position++;
  }

  #rest(): string {
    return this.#text.slice(this.#position);
  }

  #fail(expectation: string): never {
    throw new JqlError(`Error in the JQL Query: ${expectation} (character ${this.#position}).`);
  }
}
