import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { AuditedObject } from "../../../src/audit/write/audited-object.ts";
import type { Requester } from "../../../src/effect/machine/operation.ts";

/** The texts of an object's events from its chain's beginning, wherever they are by now: in the object, or in the store. */
export async function chainTexts<Owner extends AuditedObject>(
  object: DurableObjectStub<Owner>,
): Promise<string[]> {
  // The object first: what it lets go of between the two looks, the store holds already.
  const { chain, waiting } = await runInDurableObject(object, (_object, { storage: { sql } }) => ({
    chain: sql.exec<{ chain: string }>("SELECT chain FROM audit_chain").one().chain,
    waiting: sql.exec<{ seq: number; event: string }>("SELECT seq, event FROM audit_outbox").toArray(),
  }));
  const { results: stored } = await env.DB.prepare("SELECT seq, event FROM audit_events WHERE chain = ?")
    .bind(chain)
    .all<{ seq: number; event: string }>();
  const events = new Map([...waiting, ...stored].map(({ seq, event }) => [seq, event]));
  return [...events].sort(([one], [other]) => one - other).map(([, event]) => event);
}

/** The texts of a session's events so far, in order. */
export function auditOf({ session_id }: Requester): Promise<string[]> {
  return chainTexts(env.SESSION.getByName(session_id));
}

/** The calls in a session's audit so far, in order. */
export async function calls<Call = Record<string, unknown>>(person: Requester): Promise<Call[]> {
  const events = (await auditOf(person)).map((text) => JSON.parse(text) as Call & { type: string });
  return events.filter(({ type }) => type === "call");
}
