/**
 * The form of a request to a vendor: everything but the values. Two requests of one form ask the same question about
 * other things; if a value could change the form, whoever chose it would be asking questions of their own.
 */
import { type Fql, parseFql } from "../../lab/crowdstrike/fql.ts";
import { type Jql, parseJql } from "../../lab/jira/jql.ts";
import { parseScim, type Scim } from "../../lab/okta/scim.ts";

/** The form of a request as it leaves, by the grammar of each language in it. @throws if a query isn't one */
export async function formOf(request: Request): Promise<string> {
  const { pathname, searchParams, hash } = new URL(request.url);
  const segments = pathname.split("/");
  const body = await request.text();
  return JSON.stringify({
    method: request.method,
    // What stands behind the users is one of them, whatever it looks like.
    path: segments.map((segment, at) => (segments[at - 1] === "users" ? "*" : segmentForm(segment))),
    hash,
    headers: [...request.headers].map(([name]) => name),
    query: [...searchParams].map(([name, value]) => [name, queryForm(name, value, pathname)]),
    body: body === "" ? null : shape(JSON.parse(body)),
  });
}

/** Words are the vendor's; whatever has a digit or a capital in it, or had to be encoded, is somebody's value. */
function segmentForm(segment: string): string {
  return /^[a-z_-]*$/.test(segment) || /^v\d$/.test(segment) ? segment : "*";
}

function queryForm(name: string, value: string, pathname: string): unknown {
  switch (name) {
    case "filter":
      return pathname.startsWith("/crowdstrike/")
        ? expressionForm(parseFql(value))
        : expressionForm(parseScim(value));
    case "search":
      return expressionForm(parseScim(value));
    case "jql": {
      const { restriction, order } = parseJql(value);
      return [restriction === null ? null : expressionForm(restriction), order];
    }
    default:
      return "*";
  }
}

/** What is compared, how, and with how many values. Terms of the same form count once: words may be many. */
function expressionForm(expression: Fql | Jql | Scim): unknown {
  if ("terms" in expression) return [expression.kind, ...distinct(expression.terms.map(expressionForm))];
  const { kind: _kind, ...clause } = expression;
  const many = "values" in clause ? clause.values.length : 1;
  return { ...clause, values: many, value: undefined };
}

function shape(value: unknown): unknown {
  if (Array.isArray(value)) return distinct(value.map(shape));
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

function distinct(forms: readonly unknown[]): unknown[] {
  return [...new Set(forms.map((form) => JSON.stringify(form)))]
    .sort()
    .map((form) => JSON.parse(form) as unknown);
}
