/** Drifts Tenable's answers, as an unannounced change would. */

const renamed: Record<string, string> = {
  export_uuid: "exportUuid",
  chunks_available: "availableChunks",
  finding_id: "findingId",
  schedule_uuid: "scheduleUuid",
  scan_uuid: "scanUuid",
  assets: "items",
};

/**
 * What an unannounced change of the API could look like: ids renamed, numbers of severity and words of status
 * retyped. Always the same, and still a well-formed 2xx.
 */
export function drift(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(drift);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "severity_id") return [key, String(value)];
      if (key === "status") return [key, { name: value }];
      return [renamed[key] ?? key, drift(value)];
    }),
  );
}
