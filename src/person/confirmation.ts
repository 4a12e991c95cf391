/** How much the identity provider's word matters for what a tool does, and what is said when there is none. */

import type { Env } from "../bindings.ts";
import type { ChangeTool } from "../toolkit/change.ts";
import { Failure } from "../toolkit/failure.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Act } from "./standing.ts";

/** How soon a caller may come again, in milliseconds: a renewal that took too long for one call is there for the next. */
const COME_BACK_MS = 5_000;

/** The act that a tool is. What isn't known to exist changes nothing. */
export function actOf(tool: Tool | undefined): Act {
  if (tool?.kind !== "change") return "read";
  return protects(tool) ? "protect" : "change";
}

/** Isolating and evicting, and telling people: pages, tickets, cases. What only closes or undoes can wait. */
function protects({ countermeasure, creates }: ChangeTool): boolean {
  return countermeasure === "isolate" || countermeasure === "evict" || creates !== undefined;
}

/** The identity provider couldn't be asked, and its last word is too old for this. */
export function unconfirmed({ PUBLIC_URL }: Pick<Env, "PUBLIC_URL">): Failure {
  return new Failure(
    "identity_unconfirmed",
    "The identity provider could not confirm that this person may still act. Nothing was done.",
    {
      retry_after_ms: COME_BACK_MS,
      next_step: `Repeat the call in a moment. If it stays so, have the person sign in, here or at ${PUBLIC_URL}/console: that counts for all of their sessions.`,
    },
  );
}
