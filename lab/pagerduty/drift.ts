/** Drifts PagerDuty's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  incidents: "items",
  incident: "data",
  id: "incident_id",
  incident_key: "dedup_key",
};

/**
 * What an unannounced change of the API could look like: lists, objects and ids renamed, `urgency` a number.
 * Always the same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "urgency") return [key, value === "high" ? 1 : 2];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
