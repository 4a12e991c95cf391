/** Runs the part of Elasticsearch's query language that is simulated, and refuses the rest. */
import * as z from "zod";
import type { Alert } from "./alert-seed.ts";

/** A query that Elasticsearch would refuse, or that isn't simulated: refused, too, because ignored it would find too much. */
export class QueryError extends Error {}

type Holds = (alert: Alert) => boolean;

const value = z.union([z.string(), z.number()]);
const oneField = <Operand extends z.ZodType>(operand: Operand) =>
  z.record(z.string(), operand).refine((fields) => Object.keys(fields).length === 1);
const clauses = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((one) => [one])]);

const boolBody = z.strictObject({
  filter: clauses.default([]),
  must: clauses.default([]),
  must_not: clauses.default([]),
  should: clauses.default([]),
  minimum_should_match: z.int().optional(),
});
/** A value alone, or with how it is compared. */
const operand = z.union([
  value.transform((alone) => ({ value: alone, case_insensitive: false })),
  z.strictObject({ value, case_insensitive: z.boolean().default(false) }),
]);
const rangeBody = oneField(
  z
    .strictObject({ gt: value, gte: value, lt: value, lte: value, format: z.literal("epoch_millis") })
    .partial(),
);

/** What a query of Elasticsearch's own language holds for. @throws QueryError */
export function compile(query: unknown): Holds {
  const [kind, body, ...others] = Object.entries(z.record(z.string(), z.unknown()).parse(query)).flat();
  if (others.length > 0) throw new QueryError("[bool] malformed query, expected one clause");
  switch (kind) {
    case "match_all":
      return () => true;
    case "bool":
      return boolQuery(boolBody.parse(body));
    case "ids": {
      const { values } = z.strictObject({ values: z.array(z.string()) }).parse(body);
      return ({ id }) => values.includes(id);
    }
    case "term":
      return matching(oneField(operand).parse(body), (of, wanted) => of === wanted);
    case "prefix":
      return matching(oneField(operand).parse(body), (of, wanted) => String(of).startsWith(String(wanted)));
    case "match_phrase":
      return anyOf(mapField(oneField(value).parse(body), (wanted) => [wanted]));
    case "terms":
      return anyOf(mapField(oneField(z.array(value)).parse(body), (wanted) => wanted));
    case "exists": {
      const { field } = z.strictObject({ field: z.string() }).parse(body);
      return ({ fields }) => fields[field] !== undefined;
    }
    case "range":
      return rangeQuery(rangeBody.parse(body));
    default:
      throw new QueryError(`unknown query [${String(kind)}]`);
  }
}

/** Puts alerts in order. @throws QueryError for a form of `sort` that isn't simulated */
export function sortKeys(sort: unknown): { field: string; sign: 1 | -1 }[] {
  const order = z.union([
    z.enum(["asc", "desc"]),
    z
      .strictObject({ order: z.enum(["asc", "desc"]), unmapped_type: z.string().optional() })
      .transform((options) => options.order),
  ]);
  const parsed = z.array(oneField(order)).safeParse(sort ?? []);
  if (!parsed.success) throw new QueryError("[sort] malformed");
  return parsed.data.map((entry) => {
    const [field = "", direction = "asc"] = Object.entries(entry)[0] ?? [];
    return { field, sign: direction === "asc" ? 1 : -1 };
  });
}

/** What Elasticsearch compares: times as milliseconds, everything else as it is. */
export function comparable(field: string, raw: string | number | undefined): string | number {
  if (raw === undefined) return "";
  return field === "@timestamp" && typeof raw === "string" ? Date.parse(raw) : raw;
}

/** Below 0, 0 or above 0, as for sorting. */
export function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function boolQuery({
  filter,
  must,
  must_not,
  should,
  minimum_should_match,
}: z.output<typeof boolBody>): Holds {
  const all = [...filter, ...must].map(compile);
  const none = must_not.map(compile);
  const some = should.map(compile);
  const least = minimum_should_match ?? (all.length === 0 && some.length > 0 ? 1 : 0);
  return (alert) =>
    all.every((holds) => holds(alert)) &&
    !none.some((holds) => holds(alert)) &&
    some.filter((holds) => holds(alert)).length >= least;
}

function rangeQuery(body: z.output<typeof rangeBody>): Holds {
  const [field = "", bounds = {}] = Object.entries(body)[0] ?? [];
  const { gt, gte, lt, lte } = bounds;
  const holds = (bound: string | number | undefined, accepts: (difference: number) => boolean) => {
    if (bound === undefined) return () => true;
    const limit = comparable(field, bound);
    return (of: string | number) => accepts(compare(of, limit));
  };
  const tests = [
    holds(gt, (difference) => difference > 0),
    holds(gte, (difference) => difference >= 0),
    holds(lt, (difference) => difference < 0),
    holds(lte, (difference) => difference <= 0),
  ];
  return ({ fields }) => {
    const [raw] = fields[field] ?? [];
    return raw !== undefined && tests.every((test) => test(comparable(field, raw)));
  };
}

/** One value of a field that compares to the operand as `holds` says. */
function matching(
  body: Record<string, z.output<typeof operand>>,
  holds: (of: string | number, wanted: string | number) => boolean,
): Holds {
  const [[field, { value: wanted, case_insensitive }] = ["", { value: "", case_insensitive: false }]] =
    Object.entries(body);
  const folded = (raw: string | number) =>
    case_insensitive && typeof raw === "string" ? raw.toLowerCase() : comparable(field, raw);
  return ({ fields }) => (fields[field] ?? []).some((raw) => holds(folded(raw), folded(wanted)));
}

function mapField<In>(body: Record<string, In>, to: (operand: In) => (string | number)[]) {
  const [field = "", operand] = Object.entries(body)[0] ?? [];
  return { field, wanted: operand === undefined ? [] : to(operand).map((raw) => comparable(field, raw)) };
}

function anyOf({ field, wanted }: { field: string; wanted: readonly (string | number)[] }): Holds {
  return ({ fields }) => (fields[field] ?? []).some((raw) => wanted.includes(comparable(field, raw)));
}
