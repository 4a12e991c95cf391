/**
 * Searches Elastic's alerts, and tells an empty answer from one that nothing or only a part was searched
 * for.
 */
import { Failure } from "../../toolkit/failure.ts";
import type { Upstream, UpstreamRequest } from "../../toolkit/upstream/upstream.ts";
import { type AlertHit, AlertSearch } from "./schemas.ts";

/** What a search came to. */
export interface FoundAlerts {
  readonly hits: readonly AlertHit[];
  /** How many were left out because they couldn't be read. */
  readonly unreadable: number;
  /** How many there are in all, where Elasticsearch counted them to the end. */
  readonly total: number | null;
  /** Why there may be more than `hits` and what is left out, or `null` if everything was searched. */
  readonly lacking: Failure | null;
}

/** Searches for alerts. @throws Failure as {@link foundIn} */
export async function findAlerts(
  upstream: Upstream,
  request: UpstreamRequest,
  size: number,
): Promise<FoundAlerts> {
  return foundIn(await upstream.read(request, AlertSearch), size);
}

/**
 * What a search's answer shows. Pure.
 * @param size how many were asked for
 * @throws Failure where nothing was searched, or only a part and nothing found: nothing must not look like "none found"
 */
export function foundIn({ timed_out, _shards, hits }: AlertSearch, size: number): FoundAlerts {
  // Kibana ignores an index that isn't there, and one that the key may not read isn't there for it.
  if (_shards.total === 0) throw noIndex();
  const { records, unreadable } = hits.hits;
  const shown = records.length + unreadable;
  const total = hits.total?.relation === "eq" ? hits.total.value : null;
  // A success all the same: Elasticsearch answers with what the rest of its shards hold.
  const partial = timed_out || _shards.failed > 0 || (shown < size && (hits.total?.value ?? 0) > shown);
  const lacking = partial ? partlySearched() : null;
  if (lacking !== null && records.length === 0) throw lacking;
  return { hits: records, unreadable, total, lacking };
}

function noIndex(): Failure {
  return new Failure(
    "misconfigured",
    'Elastic shows no alerts at all to the credential elastic.read. It needs "read" on .alerts-security.alerts-<space>, and detection must have been set up in this space.',
    {
      next_step:
        "Tell the people who run this instance. This says nothing about whether there are alerts. Look at ELASTIC_SPACE, ELASTIC_READ_API_KEY.",
      settings: ["ELASTIC_SPACE", "ELASTIC_READ_API_KEY"],
      upstream_status: 200,
    },
  );
}

function partlySearched(): Failure {
  return new Failure("upstream_unavailable", "Elastic could search only a part of its alerts in time.", {
    next_step: "Make the same call again. Until then, conclude nothing from what is missing.",
  });
}
