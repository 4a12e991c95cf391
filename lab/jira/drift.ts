/** Drifts Jira's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  issues: "values",
  key: "issueKey",
  summary: "title",
  accountId: "account_id",
};

/**
 * What an unannounced change of the API could look like: lists and keys renamed, `fields` a list of pairs.
 * Always the same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "labels" && Array.isArray(value)) return [key, value.join(" ")];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
