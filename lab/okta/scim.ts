/** Okta's filter expressions: SCIM's (RFC 7644 §3.4.2.2) without value paths. */

const operators = ["eq", "ne", "gt", "ge", "lt", "le", "sw", "co", "pr"] as const;
type Operator = (typeof operators)[number];

/** A parsed expression. */
export type Scim =
  | { kind: "and" | "or"; terms: Scim[] }
  | { kind: "clause"; attribute: string; operator: Operator; value: string };

/** An expression that the vendor would refuse. */
export class ScimError extends Error {}

/**
 * Parses an expression. `and` binds tighter than `or`; values are JSON strings.
 * @throws ScimError saying where it stopped understanding
 */
export function parseScim(text: string): Scim {
  const parser = new Parser(text);
  const filter = parser.either();
  parser.end();
  return filter;
}

/** The attributes that an expression names. */
export function attributesOf(filter: Scim): { attribute: string; operator: Operator }[] {
  return filter.kind === "clause" ? [filter] : filter.terms.flatMap(attributesOf);
}

/** Whether an expression holds for a record. Texts are compared without regard to case; of a list, any item will do. */
export function holds(filter: Scim, record: unknown): boolean {
  switch (filter.kind) {
    case "and":
      return filter.terms.every((term) => holds(term, record));
    case "or":
      return filter.terms.some((term) => holds(term, record));
    case "clause":
      return valuesAt(record, filter.attribute.split(".")).some((value) =>
        compare(value, filter.operator, filter.value),
      );
  }
}

function valuesAt(node: unknown, path: readonly string[]): string[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesAt(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return node === null || node === undefined ? [] : [String(node)];
  if (typeof node !== "object" || node === null) return [];
  return valuesAt((node as Record<string, unknown>)[name], rest);
}

function compare(found: string, operator: Operator, wanted: string): boolean {
  const [a, b] = [found.toLowerCase(), wanted.toLowerCase()];
  switch (operator) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "sw":
      return a.startsWith(b);
    case "co":
      return a.includes(b);
    case "pr":
      return true;
  }
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  either(): Scim {
    return this.#joined("or", /or\b/iy, () => this.#both());
  }

  end(): void {
    this.#match(/\s*/y);
    if (this.#position < this.#text.length) this.#fail("expected and, or");
  }

  #both(): Scim {
    return this.#joined("and", /and\b/iy, () => this.#term());
  }

  #joined(kind: "and" | "or", word: RegExp, next: () => Scim): Scim {
    const first = next();
    const terms = [first];
    while (this.#take(word)) terms.push(next());
    return terms.length === 1 ? first : { kind, terms };
  }

  #term(): Scim {
    if (this.#take(/\(/y)) {
      const inner = this.either();
      if (!this.#take(/\)/y)) this.#fail("expected )");
      return inner;
    }
    const attribute = this.#take(/[A-Za-z][\w.-]*/y) ?? this.#fail("expected an attribute");
    const word = this.#take(/[A-Za-z]+/y)?.toLowerCase();
    const operator = operators.find((known) => known === word) ?? this.#fail("expected an operator");
    if (operator === "pr") return { kind: "clause", attribute, operator, value: "" };
    const literal =
      this.#take(/"(?:[^"\\]|\\.)*"|true\b|false\b|-?\d+(?:\.\d+)?/y) ?? this.#fail("expected a value");
    return { kind: "clause", attribute, operator, value: this.#valueOf(literal) };
  }

  #valueOf(literal: string): string {
    try {
      return String(JSON.parse(literal));
    } catch {
      return this.#fail("expected a JSON string");
    }
  }

  #take(pattern: RegExp): string | undefined {
    this.#match(/\s*/y);
    return this.#match(pattern);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #fail(expectation: string): never {
    throw new ScimError(`Invalid search criteria: ${expectation} at position ${this.#position}.`);
  }
}
