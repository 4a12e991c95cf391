/** Which clients mixed two revisions of the protocol in one request, in the last day. */
import { inPlace } from "../../../verifier/event/place.ts";
import { HEADER_MISMATCH } from "../../session/errors/refused-envelope.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A client whose headers and bodies disagree. */
export interface MixingClient {
  readonly client_id: string;
  readonly count: number;
}

/** Those of the last day, the most frequent first. `now` is milliseconds since the epoch. */
export async function mixingClients(db: D1Database, now: number): Promise<MixingClient[]> {
  const { results } = await db
    .prepare(
      `SELECT client_id, COUNT(*) AS count FROM audit_events
       WHERE at >= ?1 AND type = 'call' AND decision = 'fail' AND client_id IS NOT NULL AND ${inPlace()}
         AND json_extract(event, '$.detail.rpc_code') = ${HEADER_MISMATCH}
       GROUP BY client_id ORDER BY count DESC, client_id LIMIT 20`,
    )
    .bind(new Date(now - DAY_MS).toISOString())
    .all<MixingClient>();
  return results;
}
