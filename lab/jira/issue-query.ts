/** Finds issues by JQL. */
import { type Issue, priorities, statuses } from "./issue.ts";
import { isProject } from "./issues.ts";
import { type Jql, JqlError, parseJql } from "./jql.ts";
import { textMatcher } from "./text-search.ts";

/**
 * The issues that a query holds for, in the order asked for; newest first without one.
 * @throws JqlError for a query that the vendor would refuse, an unbounded one included
 */
export function queryIssues(issues: readonly Issue[], jql: string): Issue[] {
  const { restriction, order } = parseJql(jql);
  if (restriction === null) {
    throw new JqlError(
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    );
  }
  const matches = compile(restriction);
  const keys = order.map(({ field, descending }) => ({ key: sortKey(field), sign: descending ? -1 : 1 }));
  return issues
    .filter(matches)
    .toSorted(
      (a, b) =>
        keys.map(({ key, sign }) => sign * (key(a) - key(b))).find((difference) => difference !== 0) ??
        b.createdAt - a.createdAt,
    );
}

type Predicate = (issue: Issue) => boolean;

function compile(jql: Jql): Predicate {
  if (jql.kind === "clause") return compileClause(jql);
  const terms = jql.terms.map(compile);
  return jql.kind === "and"
    ? (issue) => terms.every((term) => term(issue))
    : (issue) => terms.some((term) => term(issue));
}

function compileClause({ field, operator, values }: Jql & { kind: "clause" }): Predicate {
  const name = field.toLowerCase();
  if (operator === "~") {
    const [matcher] = values.map(textMatcher);
    if (name !== "text" && name !== "summary")
      throw new JqlError(`The operator '~' is not supported by ${field}.`);
    return (issue) =>
      matcher?.(name === "text" ? `${issue.summary} ${textOf(issue)}` : issue.summary) ?? false;
  }
  if (operator !== "=" && operator !== "!=")
    throw new JqlError(`The operator '${operator}' is not known here.`);
  const wanted = values.map((value) => value.toLowerCase());
  const valuesOf = exactField(name, field, values);
  return (issue) =>
    valuesOf(issue).some((value) => wanted.includes(value.toLowerCase())) === (operator === "=");
}

/** The values that a field compared by `=` has. A value that can't exist is refused, as the vendor does. */
function exactField(name: string, field: string, values: readonly string[]): (issue: Issue) => string[] {
  const refuse = (value: string): never => {
    throw new JqlError(`The value '${value}' does not exist for the field '${field}'.`);
  };
  switch (name) {
    case "project":
      for (const value of values) if (!isProject(value.toUpperCase())) refuse(value);
      return (issue) => [issue.project];
    case "labels":
      return (issue) => issue.labels;
    case "statuscategory": {
      const known = Object.values(statuses).flatMap(({ category }) => [
        category.name.toLowerCase(),
        category.key,
      ]);
      for (const value of values) if (!known.includes(value.toLowerCase())) refuse(value);
      return (issue) => [statuses[issue.status].category.name, statuses[issue.status].category.key];
    }
    case "status":
      for (const value of values) if (!Object.hasOwn(statuses, value)) refuse(value);
      return (issue) => [issue.status];
    case "priority":
      for (const value of values) if (!priorities.some((known) => known === value)) refuse(value);
      return (issue) => [issue.priority ?? "None"];
    default:
      throw new JqlError(`Field '${field}' does not exist or you do not have permission to view it.`);
  }
}

function sortKey(field: string): (issue: Issue) => number {
  switch (field.toLowerCase()) {
    case "created":
      return (issue) => issue.createdAt;
    case "updated":
      return (issue) => issue.updatedAt;
    case "key":
      return (issue) => Number(issue.id);
    default:
      throw new JqlError(`Not able to sort using field '${field}'.`);
  }
}

/** The words of an Atlassian document. */
function textOf({ description }: Issue): string {
  return [...JSON.stringify(description ?? null).matchAll(/"text":("(?:[^"\\]|\\.)*")/g)]
    .map(([, text = '""']) => String(JSON.parse(text)))
    .join(" ");
}
