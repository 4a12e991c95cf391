/** Finds gaps in the store that only an unsigned anchor excuses. */
import { inPlace } from "../../../verifier/event/place.ts";
import type { PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import { LONGEST_JWS } from "../../../verifier/proof/signature.ts";
import type { Env } from "../../bindings.ts";
import { integrityProblems } from "../sign/integrity-settings.ts";
import { unsignedAnchors } from "../sign/unsigned-anchors.ts";
import type { AuditGap, MissingChain } from "./gaps.ts";

/** The most anchors of each kind that are looked at. Hardly a chain begins again after its events have gone. */
const MAX_ANCHORS = 100;

const ANCHOR = `a.chain, a.seq, a.hash, CAST(SUBSTR(a.jws, 1, ${LONGEST_JWS}) AS TEXT) AS jws`;

/** An anchor, and what would be missing if it excused nothing. */
interface Excuse extends PresentedAnchor {
  /** The number of the first event that is there; `null` where none is. */
  readonly first_seq: number | null;
  readonly since: string;
}

/**
 * What is missing and is excused by an anchor that nobody signed, with an alert for each: whoever can write to the
 * store can write an anchor, too. Without a key that works, nothing can be said of signatures.
 * @param from ISO 8601 UTC
 * @param until ISO 8601 UTC
 */
export async function wronglyExcused(
  env: Env,
  from: string,
  until: string,
): Promise<{ readonly gaps: readonly AuditGap[]; readonly missing_chains: readonly MissingChain[] }> {
  if (integrityProblems(env).length > 0) return { gaps: [], missing_chains: [] };
  const [begun, vanished] = await env.DB.batch<Excuse>([
    env.DB.prepare(
      `SELECT ${ANCHOR}, e.seq AS first_seq, e.at AS since
       FROM audit_events AS e JOIN audit_anchors AS a ON a.chain = e.chain
       WHERE e.at BETWEEN ? AND ? AND e.seq > 1 AND ${inPlace("e")}
         AND NOT EXISTS (SELECT 1 FROM audit_events AS b
           WHERE b.chain = e.chain AND b.seq < e.seq AND ${inPlace("b")})
       ORDER BY e.at LIMIT ?`,
    ).bind(from, until, MAX_ANCHORS),
    env.DB.prepare(
      `SELECT ${ANCHOR}, NULL AS first_seq, begun.at AS since
       FROM audit_events AS begun JOIN audit_anchors AS a ON a.chain = json_extract(begun.event, '$.detail.chain')
       WHERE begun.type = 'chain' AND begun.at BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM audit_events AS e WHERE e.chain = a.chain AND ${inPlace("e")})
       ORDER BY begun.at LIMIT ?`,
    ).bind(from, until, MAX_ANCHORS),
  ]);
  const excuses = [...(begun?.results ?? []), ...(vanished?.results ?? [])];
  const wrong = await unsignedAnchors(env, excuses, "report");
  return {
    gaps: wrong.flatMap(({ chain, first_seq, since }) =>
      first_seq === null ? [] : [{ chain, from_seq: 1, through_seq: first_seq - 1, since }],
    ),
    missing_chains: wrong.flatMap(({ chain, first_seq, since }) =>
      first_seq === null ? [{ chain, since }] : [],
    ),
  };
}
