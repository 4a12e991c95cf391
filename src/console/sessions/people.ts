/** Finds everybody who ever signed in, and when sessions were last used, from the audit. */
import { inPlace } from "../../../verifier/event/place.ts";

/** Somebody who ever signed in here, or tried to. */
export interface KnownPerson {
  /** Name of their object. */
  readonly person: string;
  readonly subject: string;
  readonly display: string;
  /** When their own chain last grew: a sign-in, a refresh, a visit to the console. ISO 8601 UTC. */
  readonly last_at: string;
}

/** More than one page of people is found by searching. */
export const MOST_PEOPLE = 200;

/**
 * Everybody who has a chain: each person's is named after their object, so the audit is the directory.
 *
 * One step of the recursion seeks the next chain in the index, so that it costs as much as there are people,
 * however long their chains are.
 */
export async function knownPeople(db: D1Database, search: string | undefined): Promise<KnownPerson[]> {
  const { results } = await db
    .prepare(
      `WITH RECURSIVE chains (chain) AS (
         SELECT MIN(chain) FROM audit_events WHERE chain > 'person/' AND chain < 'person0' AND ${inPlace()}
         UNION ALL
         SELECT (SELECT MIN(e.chain) FROM audit_events AS e
           WHERE e.chain > chains.chain AND e.chain < 'person0' AND ${inPlace("e")})
         FROM chains WHERE chains.chain IS NOT NULL
       )
       SELECT * FROM (
         SELECT chain,
           (SELECT subject FROM audit_events AS e WHERE e.chain = c.chain AND ${inPlace("e")} ORDER BY seq LIMIT 1) AS subject,
           (SELECT json_extract(event, '$.detail.display') FROM audit_events AS e WHERE e.chain = c.chain AND ${inPlace("e")} ORDER BY seq LIMIT 1) AS display,
           (SELECT at FROM audit_events AS e WHERE e.chain = c.chain AND ${inPlace("e")} ORDER BY seq DESC LIMIT 1) AS last_at
         FROM chains AS c WHERE chain IS NOT NULL)
       WHERE ?1 IS NULL OR instr(lower(subject), lower(?1)) > 0 OR instr(lower(display), lower(?1)) > 0
       ORDER BY last_at DESC LIMIT ?2`,
    )
    .bind(search ?? null, MOST_PEOPLE)
    .all<Omit<KnownPerson, "person"> & { readonly chain: string }>();
  return results.map(({ chain, ...person }) => ({ ...person, person: chain.split("/")[1] ?? "" }));
}

/** When each session was last used for a call, by its id. ISO 8601 UTC; none that never was. */
export async function lastUses(
  db: D1Database,
  session_ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (session_ids.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT value AS session_id, (SELECT at FROM audit_events WHERE type = 'call' AND ${inPlace()}
         AND chain > 'session/' || value || '/' AND chain < 'session/' || value || '0'
         ORDER BY chain DESC, seq DESC LIMIT 1) AS last_at
       FROM json_each(?1)`,
    )
    .bind(JSON.stringify(session_ids))
    .all<{ session_id: string; last_at: string | null }>();
  return new Map(
    results.flatMap(({ session_id, last_at }) => (last_at === null ? [] : [[session_id, last_at]])),
  );
}
