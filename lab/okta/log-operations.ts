/** Simulates reading the system log. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { guarded } from "./authorization.ts";
import { failure } from "./errors.ts";
import { limitOf, linkedPages, page } from "./link.ts";
import type { LogEvent } from "./log-event.ts";
import { holds, parseScim, ScimError } from "./scim.ts";
import type { SystemLog } from "./system-log.ts";

const dayMs = 86_400_000;
const defaultSpanMs = 7 * dayMs;
const retentionMs = 90 * dayMs;
const path = "/api/v1/logs";

/** Reading the system log. */
export function logOperations(world: World, log: SystemLog): Operation[] {
  return [
    {
      id: "listLogEvents",
      paging: linkedPages(path),
      ...guarded(world, { method: "GET", path }, "okta.logs.read", list),
    },
  ];

  function list(request: VendorRequest): VendorReply {
    const { query, now } = request;
    const limit = limitOf(request, 100, 1000);
    if (limit === undefined) return failure(request, 400, "limit: must be between 0 and 1000");
    const until = timeOf(query.get("until"), now);
    const since = timeOf(query.get("since"), until - defaultSpanMs);
    if (Number.isNaN(until) || Number.isNaN(since))
      return failure(request, 400, "since: The field is not a timestamp");
    try {
      const matches = matching(query.get("filter"));
      const found = log
        .visible(now)
        .filter(({ published }) => Date.parse(published) >= Math.max(since, now - retentionMs))
        .filter(({ published }) => Date.parse(published) <= until)
        .filter(matches);
      const events = query.get("sortOrder") === "DESCENDING" ? found.reverse() : found;
      const part = page(request, path, events, limit);
      if (!part) return failure(request, 400, "after: The cursor is not valid");
      return { status: 200, headers: part.headers, body: part.items };
    } catch (error) {
      if (error instanceof ScimError) return failure(request, 400, error.message);
      throw error;
    }
  }
}

function timeOf(text: string | null, absent: number): number {
  return text === null ? absent : Date.parse(text);
}

function matching(filter: string | null): (event: LogEvent) => boolean {
  if (filter === null) return () => true;
  const expression = parseScim(filter);
  return (event) => holds(expression, event);
}
