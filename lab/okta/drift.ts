/** Drifts Okta's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  id: "userId",
  login: "username",
  published: "publishedAt",
  eventType: "event_type",
  factorType: "factor_type",
  type: "kind",
  access_token: "accessToken",
  expires_in: "expiresIn",
  scope: "scopes",
};

/**
 * What an unannounced change of the API could look like: fields renamed, `status` a number, an empty list an
 * object. Always the same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.length === 0 ? { items: [] } : body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "status" && typeof value === "string") return [key, value.length];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
