/** The Falcon Query Language, as much of it as filters are built from. No caller writes any. */

/** A clause that holds where the property is the value; of a host name, where it begins with it. */
export function clause(property: string, value: string): string {
  return `${property}:${quoted(value)}`;
}

/** A clause that holds where the property is like the pattern: each `*` in it is any text. */
export function matching(property: string, pattern: string): string {
  return `${property}:*${quoted(pattern)}`;
}

/** A clause that holds where the property is one of the values. A list counts as one property of the filter. */
export function oneOf(property: string, values: readonly string[]): string {
  const [first = "", ...rest] = values.map(quoted);
  return rest.length === 0 ? `${property}:${first}` : `${property}:[${[first, ...rest].join(",")}]`;
}

/** A clause that holds where one of `clauses` does. */
export function anyClause(clauses: readonly string[]): string {
  return clauses.length === 1 ? (clauses[0] ?? "") : `(${clauses.join(",")})`;
}

/** A filter that holds where all of `clauses` do, or `null` where there is none. */
export function allOf(clauses: readonly string[]): string | null {
  return clauses.length === 0 ? null : clauses.join("+");
}

/** A value in quotes. Values are validated before they come here; this holds even if one isn't. */
function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, "\\$&")}'`;
}
