/**
 * Declares the errors that stop an operation's step, and what callers are told of one that ended in doubt or
 * without effect.
 */
import type { TargetAttributes } from "../../toolkit/change.ts";
import type { PublicError } from "../../toolkit/failure.ts";
import { Failure, publicError } from "../../toolkit/failure.ts";
import type { EdgeRefusal } from "./machine.ts";
import type { Met } from "./matching.ts";
import type { Operation } from "./operation.ts";
import type { Landing } from "./probing.ts";

/** Something else on the target got ahead of an operation that was about to be sent. Nothing changed. */
export class Overtaken extends Error {
  readonly met: Met;

  constructor(met: Met) {
    super(`overtaken by ${met.operation.id} (${met.operation.state}): ${met.match}`);
    this.name = "Overtaken";
    this.met = met;
  }
}

/** A transition that the machine doesn't allow now. Nothing changed. */
export class TransitionRefused extends Error {
  readonly refusal: EdgeRefusal;
  readonly operation: Operation;

  constructor(refusal: EdgeRefusal, operation: Operation) {
    super(`operation ${operation.id} (${operation.state}): ${refusal}`);
    this.name = "TransitionRefused";
    this.refusal = refusal;
    this.operation = operation;
  }
}

/** The target isn't any more what the decision was about. Nothing was sent. */
export class NeedsMore extends Error {
  override readonly name = "NeedsMore";
  /** The rule that holds it now, and didn't when it was decided. */
  readonly because: string;
  /** The target as it is now. */
  readonly before: string;
  readonly attributes: TargetAttributes;

  constructor(because: string, before: string, attributes: TargetAttributes) {
    super(because);
    this.because = because;
    this.before = before;
    this.attributes = attributes;
  }
}

/** The target changed each time that somebody had approved. */
export function keepsChanging(): PublicError {
  return publicError(
    new Failure(
      "operation_in_progress",
      "The target changed each time that this had been approved. Nothing was sent.",
      { retry_after_ms: 0, next_step: "Ask again once the target is as it is to stay." },
    ),
  );
}

/** A request was on the wire and nobody will hear its answer. */
export function answerLost(cause?: unknown): PublicError {
  return publicError(
    new Failure("outcome_unknown", "The change was sent, and no answer came back that proves how it ended.", {
      next_step: "Don't send it again. It is being read back; ask get_operation for the outcome.",
      cause,
    }),
  );
}

/** Nothing was sent for it: one that is equal was, meanwhile. */
export function doneBy({ id }: Operation): PublicError {
  return publicError(
    new Failure("operation_in_progress", `Nothing was sent: operation ${id}, sent meanwhile, is the same.`, {
      retry_after_ms: 0,
      next_step: `Ask get_operation for ${id}, or repeat the call to get its result.`,
    }),
  );
}

/** A request was on the wire, and reading back has proven that it did nothing. @param landing what that rests on */
export function provenAbsent(landing: Landing): PublicError {
  const minutes = (landing.ms ?? 0) / 60_000;
  const ground = landing.assumed
    ? ` This assumes that a request lands within ${minutes} minutes; the vendor gives no bound.`
    : "";
  return publicError(
    new Failure(
      "upstream_unavailable",
      `The change was sent, and reading back proved that it did not take effect.${ground}`,
      {
        retry_after_ms: 0,
        next_step: "Repeat the call if the change is still wanted.",
      },
    ),
  );
}

/** A person has found out that the request did nothing. */
export function settledAbsent(): PublicError {
  return publicError(
    new Failure(
      "upstream_unavailable",
      "The change was sent, and an operator found that it did not take effect.",
      {
        retry_after_ms: 0,
        next_step: "Repeat the call if the change is still wanted.",
      },
    ),
  );
}
