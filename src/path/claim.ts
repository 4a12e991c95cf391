/** Step 4: has this been asked for before? */
import type { ClaimAnswer, OperationView } from "../effect/protocol.ts";
import { type Answer, errorAnswer } from "./answer.ts";
import { type ChangeCall, tell } from "./change-call.ts";
import { inProgress } from "./operation-answer.ts";
import { badSupersedes, differsFromDone, noLongerSo } from "./refusals.ts";

/** An operation that goes on to the gate, and when it was so, by its own object's clock (milliseconds). */
export interface GoingOn {
  readonly operation: OperationView;
  readonly as_of: number;
}

/** Either the call is answered, or an operation goes on to the gate. */
export type Claimed = { readonly answer: Answer } | GoingOn;

/**
 * Finds the operation that answers this call, or claims a new one. A match is answered here: it is neither
 * gated nor counted again. Only what would be dispatched anew goes on.
 */
export async function claimOperation(change: ChangeCall): Promise<Claimed> {
  const { session, idempotency_key, claim, effect } = change;
  // Written down before the claim: whatever happens next, the same key asks for the same operation.
  const operation_id =
    idempotency_key === null
      ? claim.operation_id
      : session.keys.bind(idempotency_key, claim.key, claim.operation_id);
  const answer = await effect.claim({ ...claim, operation_id });
  return settle(change, answer);
}

/** A new operation instead of one that failed safe, for a caller who may not simply retry that one. */
export async function claimInstead(change: ChangeCall, of: string): Promise<Claimed> {
  return settle(change, await change.effect.claimInstead(change.claim, of));
}

async function settle(change: ChangeCall, claimed: ClaimAnswer): Promise<Claimed> {
  const { session, record, idempotency_key } = change;
  if (claimed.kind === "bad_supersedes") throw badSupersedes(claimed.why);
  const { operation } = claimed;
  record.note({ operation_id: operation.id });
  record.ended(claimed.kind);
  if (claimed.kind === "busy") return { answer: errorAnswer(inProgress(operation), operation) };
  if (claimed.kind === "in_doubt") return { answer: tell(change, operation, true) };
  if (claimed.kind === "differs") {
    return { answer: errorAnswer(differsFromDone(operation, claimed.differences), operation) };
  }
  if (idempotency_key !== null) session.keys.rebind(idempotency_key, operation.id);
  if (claimed.kind === "new" || mayGoOn(change, operation)) return { operation, as_of: claimed.as_of };
  const { now } = claimed;
  // "ok" means that it is so. It isn't done again by itself: a late retry must not undo a person's decision.
  if (now?.still_in_effect === false) {
    return { answer: errorAnswer(noLongerSo(operation, now.differences), operation) };
  }
  return { answer: tell(change, operation, true, now?.still_in_effect ?? null) };
}

/** A match that this call may still move: one to be retried, or one that waits and that this caller may start. */
function mayGoOn({ principal }: ChangeCall, { state, requester }: OperationView): boolean {
  if (state === "failed_safe") return true;
  const waits = state === "awaiting_approval" || state === "awaiting_confirmation";
  return (
    waits && (requester.subject !== principal.subject || requester.roles.join() !== principal.roles.join())
  );
}
