/** What to say of an operation, by the state that it is in. Pure. */
import type { OperationView } from "../effect/protocol.ts";
import { Failure, failureFrom } from "../toolkit/failure.ts";
import { type Answer, type ChangeTelling, changeAnswer, errorAnswer, pendingAnswer } from "./answer.ts";

/** How long a caller should wait before asking for an operation that is under way, in milliseconds. */
const COME_BACK_MS = 2_000;

/** Circumstances of the answer that the operation itself doesn't know. */
export interface Telling extends ChangeTelling {
  /** Origin of this instance, for links. */
  readonly public_url: string;
}

/** The answer that an operation's state gives. */
export function operationAnswer(operation: OperationView, telling: Telling): Answer {
  switch (operation.state) {
    case "succeeded":
      return changeAnswer(operation, telling);
    case "awaiting_approval":
    case "awaiting_confirmation":
      return pendingAnswer(
        operation,
        `${telling.public_url}/console/approvals/${operation.id}`,
        telling.replayed,
      );
    case "denied":
      return errorAnswer(denied(operation), operation);
    case "failed_safe":
    case "abandoned":
    case "expired":
      return errorAnswer(cameToNothing(operation), operation);
    case "unknown":
    case "probing":
    case "needs_operator":
      return errorAnswer(inDoubt(operation), operation);
    case "claimed":
    case "approved":
    case "executing":
      return errorAnswer(inProgress(operation), operation);
  }
}

/** Another operation keeps this one from starting, or it is itself still at work. */
export function inProgress(operation: OperationView): Failure {
  // Not its target: that of a creation is what a caller wrote, and this is a sentence of ours.
  const { id, tool, state } = operation;
  return new Failure("operation_in_progress", `Operation ${id} (${tool}) is ${state}.`, {
    retry_after_ms: COME_BACK_MS,
    next_step: `Wait, then repeat the call, or ask get_operation for ${operation.id}.`,
  });
}

function denied(operation: OperationView): Failure {
  // The approver's own words are data: they stand in operation.decision_reason, and not in a sentence of ours.
  const why = operation.decision_reason ? " Why stands in operation.decision_reason." : "";
  return new Failure("approval_denied", `The approver denied operation ${operation.id}.${why}`, {
    next_step: "Don't ask again for the same thing; tell the person you work for.",
  });
}

function cameToNothing(operation: OperationView): Failure {
  if (operation.error !== null) return failureFrom(operation.error);
  return new Failure(
    "operation_in_progress",
    `Operation ${operation.id} came to nothing (${operation.state}): nothing was sent.`,
    { retry_after_ms: 0, next_step: "Repeat the call; it starts anew." },
  );
}

function inDoubt(operation: OperationView): Failure {
  const { id } = operation;
  const read_back =
    operation.state === "needs_operator"
      ? "It was read back, and that didn't settle it."
      : "It is being read back.";
  return new Failure(
    "outcome_unknown",
    `Operation ${operation.id} (${operation.tool}) was sent and may or may not have taken effect. ${read_back}`,
    {
      next_step:
        operation.state === "needs_operator"
          ? `Someone with operations:approve can settle it in the console. To repeat it on purpose, call again with supersedes set to ${id}, and without its idempotency_key.`
          : `Ask get_operation for ${id}: most doubts end within seconds. ${operation.repeatable ? `If it can't wait, call again with supersedes set to ${id}, and without its idempotency_key.` : "Don't send it again under another name."}`,
    },
  );
}
