/** How long claims, requests for a decision and approvals hold, and what ends one that has run out. Pure. */
import type { Operation } from "./operation.ts";

/** An operation that isn't started within this time never will be. */
export const CLAIM_LIFE_MS = 30_000;
/** An approval must be acted on within this time. */
export const APPROVAL_LIFE_MS = 5 * 60_000;
/** How long a request may wait for a person's decision. */
export const HOLD_LIFE_MS = 60 * 60_000;

/** Whether a person's decision still counts. Times are milliseconds since the epoch. */
export function canBeDecided({ expires_at }: Pick<Operation, "expires_at">, now: number): boolean {
  return now < (expires_at ?? 0);
}

/** The same of an operation as pages see it: `expires_at` is ISO 8601. One that waits for nobody isn't over. */
export function isOver({ expires_at }: { readonly expires_at: string | null }, now: number): boolean {
  return expires_at !== null && now >= Date.parse(expires_at);
}

/** Until when a claim may be started. */
export function claimEnds({ created_at }: Pick<Operation, "created_at">): number {
  return created_at + CLAIM_LIFE_MS;
}

/** Until when an approved operation may be dispatched. */
export function approvalEnds({ approved_at }: Pick<Operation, "approved_at">): number {
  return (approved_at ?? 0) + APPROVAL_LIFE_MS;
}

/**
 * Whether a dispatch is in time.
 * @param by_approval an approval is its ground: one that was overtaken, and is forgotten, is none
 */
export function dispatchInTime(operation: Operation, by_approval: boolean, now: number): boolean {
  if (by_approval || operation.state === "approved") return now < approvalEnds(operation);
  return operation.state !== "claimed" || now < claimEnds(operation);
}

/** How an operation that waits ends now, or `null` while it may wait on. */
export function endOfWaiting(operation: Operation, now: number): "abandon" | "expire" | null {
  if (operation.state === "claimed") return now >= claimEnds(operation) ? "abandon" : null;
  return now >= (operation.expires_at ?? now) ? "expire" : null;
}
