/** Tells the tenant's object what the store couldn't take in, and what its chain says of it. */

import type { Trouble } from "../../../verifier/event/trouble.ts";
import type { Env } from "../../bindings.ts";
import type { AuditFact } from "./event.ts";

/** Has the tenant's object take note of them. The same ones again change nothing. */
export async function reportTroubles(env: Env, troubles: readonly Trouble[]): Promise<void> {
  await env.TENANT_OBJECT.getByName(env.TENANT).reportTroubles(troubles);
}

/** The event of the tenant's chain that reports it. */
export function reportFact(id: string, { kind, ...detail }: Trouble): AuditFact {
  return { type: kind, decision: "report", outcome: "ok", detail: { id, ...detail } };
}

/** The event that somebody has looked at it. */
export function acknowledgeFact(id: string, by: string, reason: string): AuditFact {
  return { type: "console", decision: "acknowledge", outcome: "ok", subject: by, detail: { id, reason } };
}
