/** Drifts Falcon's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  device_id: "deviceId",
  hostname: "host_name",
  access_token: "accessToken",
  expires_in: "expiresIn",
  trace_id: "traceId",
  composite_id: "compositeId",
  created_timestamp: "createdTimestamp",
  resources_affected: "resourcesAffected",
};

const statusNumbers: Record<string, number> = {
  normal: 0,
  containment_pending: 1,
  contained: 2,
  lift_containment_pending: 3,
};

/**
 * What an unannounced change of the API could look like: ids renamed, `status` a number, `resources` an object
 * instead of a list. Always the same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "resources" && Array.isArray(value)) {
        return [
          key,
          { count: value.length, items: Object.fromEntries(value.map((item, at) => [at, drift(item)])) },
        ];
      }
      if (key === "status" && typeof value === "string") return [key, statusNumbers[value] ?? -1];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
