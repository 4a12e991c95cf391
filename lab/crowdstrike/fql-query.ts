/** Filtering and sorting records by the Falcon Query Language, whatever the records are. */
import { isIP } from "node:net";
import { type Fql, FqlError, type FqlOperator, parseFql, unescapeFql } from "./fql.ts";

/** How a property is compared. */
type PropertyKind = "text" | "time" | "number";

/** What can be filtered and sorted by. */
export type Properties = ReadonlyMap<string, PropertyKind>;

/** Anything with named values. */
type Queried = Readonly<Record<string, unknown>>;

/** Properties of each kind, by their names separated by white space. */
export function propertiesOf(names: Partial<Record<PropertyKind, string>>): Properties {
  return new Map(
    Object.entries(names).flatMap(([kind, list]) =>
      list
        .trim()
        .split(/\s+/)
        .map((name) => [name, kind as PropertyKind] as const),
    ),
  );
}

/**
 * The records that a filter holds for, in the order asked for.
 * @param properties what can be filtered and sorted by; what isn't there is refused, not ignored
 * @param sort `property.asc`, `property.desc`, or the same with `|`
 * @throws FqlError for a filter or an order that the vendor would refuse
 */
export function queryRecords<Item extends Queried>(
  records: readonly Item[],
  properties: Properties,
  filter: string | null,
  sort: string | null,
  now: number,
): Item[] {
  const matches = filter ? compile(parseFql(filter), properties, now) : () => true;
  const found = records.filter(matches);
  if (!sort) return found;
  const [, property = "", direction = "asc"] = /^([\w.]+?)(?:[.|](asc|desc))?$/.exec(sort) ?? [];
  const kind = properties.get(property);
  if (!kind) throw new FqlError(`invalid sort: ${sort}`);
  const sign = direction === "asc" ? 1 : -1;
  const key = (record: Queried) => {
    const value = valueAt(record, property);
    return kind === "number" ? Number(value) : String(value ?? "");
  };
  return found.toSorted((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** `device.hostname` is the property of a property. */
function valueAt(record: Queried, property: string): unknown {
  // `.raw` is the same text, compared as a text.
  const path = property.replace(/\.raw$/, "");
  return path.split(".").reduce<unknown>((value, name) => (value as Queried | undefined)?.[name], record);
}

type Predicate = (record: Queried) => boolean;

function compile(filter: Fql, properties: Properties, now: number): Predicate {
  if (filter.kind === "clause") return compileClause(filter, properties, now);
  const terms = filter.terms.map((term) => compile(term, properties, now));
  return filter.kind === "and"
    ? (record) => terms.every((term) => term(record))
    : (record) => terms.some((term) => term(record));
}

function compileClause(
  { property, operator, values }: Fql & { kind: "clause" },
  properties: Properties,
  now: number,
): Predicate {
  const kind = properties.get(property);
  if (!kind) throw new FqlError(`invalid filter: unknown property ${property}`);
  const negated = operator.startsWith("!");
  const test = testOf(kind, property, operator, values, now);
  return (record) => {
    const value = valueAt(record, property);
    const candidates = (Array.isArray(value) ? value : [value]).filter(
      (item) => typeof item === "string" || typeof item === "number",
    );
    return candidates.some((item) => test(String(item))) !== negated;
  };
}

function testOf(
  kind: PropertyKind,
  property: string,
  operator: FqlOperator,
  values: string[],
  now: number,
): (value: string) => boolean {
  switch (kind) {
    case "text":
      return textTest(property, operator, values);
    case "time":
      return orderTest(
        property,
        operator,
        values.map((value) => timeOf(unescapeFql(value), now)),
        (value) => Date.parse(value),
      );
    case "number":
      return orderTest(property, operator, values.map(numberOf), Number);
  }
}

function textTest(property: string, operator: FqlOperator, values: string[]): (value: string) => boolean {
  switch (operator) {
    case "":
    case "!":
    case "*":
    case "!*": {
      // The vendor compares hostnames without regard to case, and takes an asterisk at either end of a plain value
      // for a wildcard.
      const patterns = values.map((value) =>
        glob(asCompared(property, operator, value), property === "hostname", operator.endsWith("*")),
      );
      return (value) => patterns.some((pattern) => pattern.test(value));
    }
    case "~*": {
      const patterns = values.map((value) => glob(value, true, true));
      return (value) => patterns.some((pattern) => pattern.test(value));
    }
    case "~":
    case "!~": {
      const fold = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
      const wanted = values.map((value) => fold(unescapeFql(value)));
      return (value) => wanted.some((text) => fold(value).includes(text));
    }
    default:
      throw new FqlError(`invalid filter: operator ${operator} doesn't apply to ${property}`);
  }
}

/** Addresses are compared whole; a host's name, where nobody says otherwise, by how it begins. */
function asCompared(property: string, operator: FqlOperator, value: string): string {
  if (property === "local_ip" && !isIP(value)) {
    throw new FqlError(`invalid IP address for local_ip: ${value}`);
  }
  return property === "hostname" && operator === "" && !value.includes("*") ? `${value}*` : value;
}

/** A pattern that holds for the whole value. `everywhere`: an asterisk is a wildcard in the middle, too. */
function glob(value: string, ignoreCase: boolean, everywhere: boolean): RegExp {
  const source = [...value.matchAll(/\\(.)|(.)/gs)]
    .map(([, escaped, plain], index, all) => {
      const isWildcard = plain === "*" && (everywhere || index === 0 || index === all.length - 1);
      return isWildcard ? ".*" : escapeRegExp(escaped ?? plain ?? "");
    })
    .join("");
  return new RegExp(`^${source}$`, ignoreCase ? "isu" : "su");
}

const escapeRegExp = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");

function orderTest(
  property: string,
  operator: FqlOperator,
  wanted: readonly number[],
  read: (value: string) => number,
): (value: string) => boolean {
  const [first = Number.NaN] = wanted;
  switch (operator) {
    case "":
    case "!":
      return (value) => wanted.includes(read(value));
    case ">":
      return (value) => read(value) > first;
    case ">=":
      return (value) => read(value) >= first;
    case "<":
      return (value) => read(value) < first;
    case "<=":
      return (value) => read(value) <= first;
    default:
      throw new FqlError(`invalid filter: operator ${operator} doesn't apply to ${property}`);
  }
}

function numberOf(text: string): number {
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) throw new FqlError(`invalid filter: ${text} is not a number`);
  return number;
}

const unitsMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2026-11-22T10:00:00Z`, a date, or relative to now: `now-7d`. */
function timeOf(text: string, now: number): number {
  const relative = /^now(?:([+-])(\d+)([smhdw]))?$/.exec(text);
  if (relative) {
    const [, sign, amount = "0", unit = "s"] = relative;
    return now + (sign === "-" ? -1 : 1) * Number(amount) * (unitsMs[unit] ?? 0);
  }
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new FqlError(`invalid filter: ${text} is not a time`);
  return time;
}
