import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import { onward } from "../../toolkit/pages.ts";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { SEVERITIES } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { defineRead } from "../../toolkit/tool.ts";
import { searchRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { elasticCredentials } from "./credentials.ts";
import { elastic, OPERATIONS } from "./errors.ts";
import { Named } from "./named-things.ts";
import { Alert, alertOf } from "./normalise.ts";
import { PlaceText, placeBehind, textOf } from "./place.ts";
import { STATUSES } from "./schemas.ts";

export const searchAlerts = defineRead({
  name: "search_alerts",
  title: "Search alerts",
  description:
    "Alerts of the SIEM's detection rules, newest first. Next: update_alert with an alert_id, open_case with alert_ids.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "alerts:read",
  credentials: [elasticCredentials.read],
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    status: z.enum(STATUSES).optional().describe("As analysts set it"),
    host: Named.optional().describe("Host name, IP or CIDR"),
    user: Named.optional().describe("User name, DOMAIN\\name, address or id"),
    rule: Named.optional().describe("Rule's whole name, or its id"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ alerts: z.array(Alert) }),
  async run({ cursor: given, limit: most, ...filter }, { now, upstream: through }) {
    const upstream = through(elasticCredentials.read);
    const question = `search_alerts ${JSON.stringify(filter)}`;
    const from = given === undefined ? null : decodeCursor(given, question, PlaceText);
    // One more than wanted tells whether there is more.
    const size = most + 1;
    const found = await findAlerts(upstream, searchRequest(filter, from, size), size);
    const page = found.hits.slice(0, most);
    const more = found.hits.length + found.unreadable > most;
    const place = more ? placeBehind(page, from) : null;
    // A page that ends where the one before did is that page again.
    const seen = new Set(from === null ? [] : [textOf(from) ?? ""]);
    const text = onward(elastic, OPERATIONS.searchAlerts, place === null ? null : textOf(place), seen);
    const lacking = found.lacking ?? (place !== null && text === null ? nameless() : null);
    const named = [filter.host, filter.user, filter.rule].some((name) => name !== undefined);
    const report = {
      source: upstream.source,
      count: page.length,
      queried_at: new Date(now).toISOString(),
      unreadable: found.unreadable,
      // Of a later page, Elasticsearch counts only what is left.
      ...(from === null && found.total !== null ? { total: found.total } : {}),
      // An index of alerts is no list of hosts, users or rules.
      ...(named ? { matched: null } : {}),
    };
    return {
      outcome: "found",
      data: { alerts: page.map(alertOf) },
      sources: [
        lacking === null ? { ...report, status: "ok" } : { ...report, status: "error", error: lacking },
      ],
      next_cursor: text === null ? null : encodeCursor(text, question),
    };
  },
});

function nameless(): Failure {
  return new Failure(
    "too_large",
    "Too many alerts of one moment have no kibana.alert.uuid, so the search can't go on behind them.",
    { next_step: "Narrow the search by host, user, rule, severity or status, or ask for more at once." },
  );
}
