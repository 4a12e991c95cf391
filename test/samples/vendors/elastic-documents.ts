/** Documents as Elasticsearch stores them: names with dots, objects in objects, or both. */

/** A stored document. */
// biome-ignore lint/suspicious/noExplicitAny: a stored document has no type
export type Source = Readonly<Record<string, any>>;

/** The names under which alerts of 7.x are found in 8.x: Kibana's aliases. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["signal.rule.id", "kibana.alert.rule.uuid"],
  ["signal.rule.name", "kibana.alert.rule.name"],
  ["signal.rule.severity", "kibana.alert.severity"],
  ["signal.rule.risk_score", "kibana.alert.risk_score"],
  ["signal.status", "kibana.alert.workflow_status"],
]);

/** What stands under a name, however it is written down; `undefined` for nothing. */
// biome-ignore lint/suspicious/noExplicitAny: a stored document has no type
export function valueAt(source: Source, field: string): any {
  if (field in source) return source[field];
  for (const [name, inner] of Object.entries(source)) {
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (!isObject || !field.startsWith(`${name}.`)) continue;
    const found = valueAt(inner, field.slice(name.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every field with its values, as the `fields` of a search show them. */
export function fieldsOf(source: Source): ReadonlyMap<string, readonly unknown[]> {
  const fields = new Map(leaves(source).map(([name, value]) => [name, [value].flat()]));
  for (const [stored, alias] of ALIASES) {
    const values = fields.get(stored);
    if (values !== undefined) fields.set(alias, values);
  }
  return fields;
}

function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path.join("."), value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}
