/** Which places an object writes: what else stands in the audit database is nobody's, and is shown as nobody's. */

/** The kinds of objects that have a chain. */
export const CHAIN_KINDS = ["session", "effect", "person", "credential", "plan", "tenant"] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number];

/** True for a name that an object's chain may have: kind, name, incarnation. */
export function isChain(name: string): boolean {
  const kind_ends = name.indexOf("/");
  const incarnation_begins = name.lastIndexOf("/") + 1;
  const kinds: readonly string[] = CHAIN_KINDS;
  return (
    kinds.includes(name.slice(0, Math.max(0, kind_ends))) &&
    incarnation_begins > kind_ends + 2 &&
    incarnation_begins < name.length &&
    !/\p{Cc}/u.test(name)
  );
}

/** As SQL: the value in this column is a number that an object writes. */
export const isSeqInSql = (seq: string) =>
  `typeof(${seq}) = 'integer' AND +${seq} BETWEEN 1 AND ${Number.MAX_SAFE_INTEGER}`;

/** As SQL, about each row: its number is one that an object writes. */
export const HAS_SEQ = `(${isSeqInSql("seq")})`;

/**
 * As SQL, about each row of `audit_events` (or of `row`, its name in the query): it is in a place that an object
 * writes. It lets in at least what {@link isChain} does. The migration's trigger and index say the same.
 * The unary plus keeps it out of the choice of an index: nearly every row meets it.
 */
export function inPlace(row?: string): string {
  const [chain, seq] = row === undefined ? ["chain", "seq"] : [`${row}.chain`, `${row}.seq`];
  const kinds = CHAIN_KINDS.map((kind) => `+${chain} GLOB '${kind}/?*/?*'`).join(" OR ");
  return `(typeof(${chain}) = 'text' AND ${isSeqInSql(seq)} AND (${kinds}))`;
}

/** Longer names and numbers are cut where they are shown: a row holds two megabytes. */
const LONGEST_SHOWN = 200;

/**
 * As SQL: a value as it is stored, as text. A number keeps all its digits; bytes become a hexadecimal literal.
 */
export function asShown(column: string): string {
  const text = `CASE typeof(${column}) WHEN 'text' THEN ${column} ELSE quote(${column}) END`;
  return `substr(${text}, 1, ${LONGEST_SHOWN})`;
}
