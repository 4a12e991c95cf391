import type { Upstream, UpstreamRequest } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import { type AlertHit, AlertSearch } from "./schemas.ts";

/** What a search came to. */
export interface FoundAlerts {
  readonly hits: readonly AlertHit[];
  /** Why there may be more than `hits`, or `null` if everything was searched. */
  readonly lacking: Failure | null;
}

/** Searches for alerts. @throws Failure as {@link foundIn} */
export async function findAlerts(upstream: Upstream, request: UpstreamRequest): Promise<FoundAlerts> {
  return foundIn(await upstream.read(request, AlertSearch));
}

/**
 * What a search's answer shows. Pure.
 * @throws Failure where nothing was searched, or only a part and nothing found: nothing must not look like "none found"
 */
export function foundIn({ timed_out, _shards, hits: { hits } }: AlertSearch): FoundAlerts {
  // Kibana ignores an index that isn't there, and one that the key may not read isn't there for it.
  if (_shards.total === 0) throw noIndex();
  // A success all the same: Elasticsearch answers with what the rest of its shards hold.
  const lacking = timed_out || _shards.failed > 0 ? partlySearched() : null;
  if (lacking !== null && hits.length === 0) throw lacking;
  return { hits, lacking };
}

function noIndex(): Failure {
  return new Failure(
    "credential_rejected",
    'Elastic shows no alerts at all to the credential elastic.read. It needs "read" on .alerts-security.alerts-*, and detection must have been set up in this space.',
    {
      next_step: "Tell the people who run this instance. This says nothing about whether there are alerts.",
      upstream_status: 200,
    },
  );
}

function partlySearched(): Failure {
  return new Failure("upstream_unavailable", "Elastic could search only a part of its alerts in time.", {
    next_step: "Make the same call again. Until then, conclude nothing from what is missing.",
  });
}
