/**
 * How long the identity provider's word on a person holds, and what goes on without a newer one. Pure.
 *
 * Nobody polls. Whoever acts finds out how old the last word is: from some age on the provider is asked beside the
 * answer, from another on the answer waits for it. If the provider can't be asked, some acts go on for a while.
 */

import type { Env } from "../bindings.ts";
import { isWholeNumber } from "../toolkit/settings.ts";

/** What somebody is about to do, by how much the provider's word matters for it. */
export type Act =
  | "read"
  /** A change that protects, or a decision on one: an attack on the provider must not disarm the defenders. */
  | "protect"
  /** Every other change, decision, settlement, revocation and switch. */
  | "change";

/** What is known of the provider's last word. */
export interface Confirmation {
  /** When the provider last vouched for the person, in milliseconds since the epoch. */
  readonly confirmed_at: number;
  /** Whether it can be asked without the person: it gave a refresh token. */
  readonly renewable: boolean;
}

/** How far the last word carries an act. `unconfirmed` goes on, and says so. `stale` doesn't. */
export type Confidence = "confirmed" | "unconfirmed" | "stale";

/** Whether to ask for a newer word: not at all, beside the answer, or before it. */
export type Asking = "no" | "beside" | "before";

/** Ages in milliseconds. */
export interface StandingLimits {
  /** Up to this age a word holds for changes and decisions. */
  readonly max_age: number;
  /** How old it may be for a change that protects, while the provider can't be asked. */
  readonly grace: number;
  /** How long a sign-in counts for changes and decisions, where there is nothing to ask the provider with. */
  readonly sign_in: number;
  /** How old it may be for a read. */
  readonly read_grace: number;
}

/** The variables, in seconds, and the highest value of each. */
const HIGHEST_S = {
  STANDING_MAX_AGE_S: 3_600,
  STANDING_GRACE_S: 86_400,
  STANDING_SIGN_IN_S: 86_400,
  STANDING_READ_GRACE_S: 7 * 86_400,
} as const;

const ASK_BESIDE_AFTER_MS = 15 * 60_000;
const WAIT_FOR_READ_AFTER_MS = 60 * 60_000;
/** The provider is asked about one person at most this often. */
const PAUSE_MS = 60_000;

/** What is wrong with the variables, each named. Empty if nothing is. */
export function standingProblems(env: Env): string[] {
  return Object.entries(HIGHEST_S)
    .filter(([name, highest]) => !isWholeNumber(env[name as keyof typeof HIGHEST_S], 0, highest))
    .map(([name, highest]) => `${name} must be a whole number of seconds from 0 to ${highest}`);
}

/** The limits in force. */
export function standingLimits(env: Env): StandingLimits {
  return {
    max_age: Number(env.STANDING_MAX_AGE_S) * 1000,
    grace: Number(env.STANDING_GRACE_S) * 1000,
    sign_in: Number(env.STANDING_SIGN_IN_S) * 1000,
    read_grace: Number(env.STANDING_READ_GRACE_S) * 1000,
  };
}

/** How long to leave the provider alone after asking it. Never longer than its word holds for a change. */
export function pauseOf({ max_age }: StandingLimits): number {
  return Math.min(PAUSE_MS, max_age);
}

/** Whether an act at `now` needs a newer word. */
export function askingFor(limits: StandingLimits, act: Act, known: Confirmation, now: number): Asking {
  const age = now - known.confirmed_at;
  const wait_after = act === "read" ? Math.min(WAIT_FOR_READ_AFTER_MS, limits.read_grace) : limits.max_age;
  if (age > wait_after) return "before";
  return age > ASK_BESIDE_AFTER_MS ? "beside" : "no";
}

/** How far the word that is known carries an act at `now`, after asking for a newer one where it was needed. */
export function confidenceIn(limits: StandingLimits, act: Act, known: Confirmation, now: number): Confidence {
  const age = now - known.confirmed_at;
  if (!known.renewable) {
    return age <= (act === "read" ? limits.read_grace : limits.sign_in) ? "confirmed" : "stale";
  }
  if (askingFor(limits, act, known, now) !== "before") return "confirmed";
  const grace = { read: limits.read_grace, protect: limits.grace, change: 0 }[act];
  return age <= grace ? "unconfirmed" : "stale";
}
