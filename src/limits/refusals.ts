/** Refusals for coming too often, in words for a model. */
import { Failure } from "../toolkit/failure.ts";
import type { CallLimits } from "./settings.ts";

/** Which limit was reached. */
export type LimitName = "session" | "person" | "in_flight";

/** Nobody can know when a call that is worked on will end; most do within this time, in milliseconds. */
const A_CALL_TAKES_MS = 1_000;

const WAIT = "Wait retry_after_ms, then make the same call again.";

/** One limit's refusal. @param wait_ms until it has room again; for `in_flight` nobody knows */
export function overLimit(limit: LimitName, limits: CallLimits, wait_ms: number): Failure {
  switch (limit) {
    case "session":
      return refusal(`This connection may ask ${often(limits.session)}, and has. Nothing was done.`, {
        next_step: `${WAIT} One call with a larger limit asks for as much as many small ones.`,
        retry_after_ms: wait_ms,
      });
    case "person":
      return refusal(
        `All connections of this person together may ask ${often(limits.person)}, and have. Nothing was done.`,
        { next_step: `${WAIT} Other agents of the same person share the limit.`, retry_after_ms: wait_ms },
      );
    case "in_flight":
      return refusal(
        `${limits.in_flight} calls of this connection are being worked on, and no more may be at once. Nothing was done.`,
        {
          next_step: `Let some of them end, then make the same call again.`,
          retry_after_ms: A_CALL_TAKES_MS,
        },
      );
  }
}

function refusal(message: string, detail: { next_step: string; retry_after_ms: number }): Failure {
  return new Failure("rate_limited", message, detail);
}

function often({ per_minute, burst }: CallLimits["session"]): string {
  return `${per_minute} times a minute, ${burst} times at once`;
}
