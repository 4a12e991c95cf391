/** Reads the limits of sessions and people from the configuration, and checks them. */
import type { Env } from "../bindings.ts";
import { isWholeNumber } from "../toolkit/settings.ts";
import { type Rate, rate } from "./token-bucket.ts";

/** What one session and one person may do. */
export interface CallLimits {
  /** Requests of one session. */
  readonly session: Rate;
  /** Requests of all sessions of one person together. */
  readonly person: Rate;
  /** Calls of one session that are worked on at once. */
  readonly in_flight: number;
}

const NAMES = ["LIMIT_SESSION_PER_MINUTE", "LIMIT_PERSON_PER_MINUTE", "LIMIT_SESSION_IN_FLIGHT"] as const;
/** Far beyond what one object can answer, and far below where whole numbers end. */
const HIGHEST = 1_000_000_000;

/** What is wrong with the variables of the limits, each named. Empty if nothing is. */
export function limitProblems(env: Env): string[] {
  return NAMES.filter((name) => !isWholeNumber(env[name], 1, HIGHEST)).map(
    (name) => `${name} must be a whole number from 1 to ${HIGHEST}`,
  );
}

/** The limits in force. */
export function callLimits(env: Env): CallLimits {
  return {
    session: rate(Number(env.LIMIT_SESSION_PER_MINUTE)),
    person: rate(Number(env.LIMIT_PERSON_PER_MINUTE)),
    in_flight: Number(env.LIMIT_SESSION_IN_FLIGHT),
  };
}
