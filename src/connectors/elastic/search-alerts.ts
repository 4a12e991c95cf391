/** How Elastic Security answers a search for alerts. */
import { searchAlerts } from "../../capabilities/alerts/search-alerts.ts";
import { serve } from "../../toolkit/connector.ts";
import { Failure } from "../../toolkit/failure.ts";
import { onward } from "../../toolkit/lists/pages.ts";
import { searchRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { elasticCredentials } from "./credentials.ts";
import { ELASTIC_OPERATIONS, elastic } from "./errors.ts";
import { alertOf } from "./normalise.ts";
import { KibanaSpace, placeBehind, tooLong } from "./place.ts";

export const elasticSearchesAlerts = serve(searchAlerts, {
  credentials: [elasticCredentials.read],
  position: KibanaSpace,
  async read(filter, { from, limit }, { upstream }) {
    // One more than wanted tells whether there is more.
    const size = limit + 1;
    const request = searchRequest(filter, from, size);
    const found = await findAlerts(upstream(elasticCredentials.read), request, size);
    const page = found.hits.slice(0, limit);
    const more = found.hits.length + found.unreadable > limit;
    const place = more ? placeBehind(page, from) : null;
    // A page that ends where the one before did is that page again.
    const seen = new Set(from === null ? [] : [JSON.stringify(from)]);
    onward(elastic, ELASTIC_OPERATIONS.searchAlerts, place && JSON.stringify(place), seen);
    const lost = place !== null && tooLong(place);
    const named = [filter.host, filter.user, filter.rule].some((name) => name !== undefined);
    return {
      data: { alerts: page.map(alertOf) },
      next: lost ? null : place,
      unreadable: found.unreadable,
      error: found.lacking ?? (lost ? nameless() : null),
      // Of a later page, Elasticsearch counts only what is left.
      ...(from === null && found.total !== null ? { total: found.total } : {}),
      // An index of alerts is no list of hosts, users or rules.
      ...(named ? { matched: null } : {}),
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
