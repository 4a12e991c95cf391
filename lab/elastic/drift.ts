/** Drifts Elastic's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  _id: "id",
  hits: "results",
  cases: "items",
  version_conflicts: "versionConflicts",
};

/**
 * What an unannounced change of the API could look like: ids and lists renamed, counts and tags retyped. Always the
 * same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "updated") return [key, String(value)];
      if (key === "tags" && Array.isArray(value)) return [key, value.join(",")];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
