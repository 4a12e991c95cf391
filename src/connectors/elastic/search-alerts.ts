import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { SEVERITIES } from "../severity.ts";
import { since } from "../since.ts";
import { searchRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { Alert, alertOf } from "./normalise.ts";
import { STATUSES, UniqueName } from "./schemas.ts";

/** A position as a cursor carries it: text, because that is what cursors carry. */
const PositionText = z
  .string()
  .transform((text) => text.split("/"))
  .pipe(
    z.tuple([
      z
        .string()
        .regex(/^\d{1,16}$/)
        .transform(Number),
      UniqueName,
    ]),
  );

export const searchAlerts = defineRead({
  name: "search_alerts",
  title: "Search alerts",
  description:
    "Alerts of the SIEM's detection rules, newest first. Next: update_alert with an alert_id, open_case with alert_ids.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "alerts:read",
  credentials: ["elastic.read"],
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    status: z.enum(STATUSES).optional().describe("As analysts set it"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ alerts: z.array(Alert) }),
  async run({ cursor: from, limit: most, ...filter }, { now, upstream: through }) {
    const upstream = through("elastic.read");
    const question = `search_alerts ${JSON.stringify(filter)}`;
    const position = from === undefined ? null : decodeCursor(from, question, PositionText);
    // One more than wanted tells whether there is more.
    const { hits, lacking } = await findAlerts(upstream, searchRequest(filter, position, most + 1));
    const page = hits.slice(0, most);
    const last = hits.length > most ? page.at(-1) : undefined;
    const report = { source: upstream.source, count: page.length, queried_at: new Date(now).toISOString() };
    return {
      outcome: "found",
      data: { alerts: page.map(alertOf) },
      sources: [
        lacking === null ? { ...report, status: "ok" } : { ...report, status: "error", error: lacking },
      ],
      next_cursor: last === undefined ? null : encodeCursor(last.sort.join("/"), question),
    };
  },
});
