/** Retries reads with growing random pauses, within a deadline. State changes are never sent through it. */
import { DelegateBackoff, handleWhen, retry } from "cockatiel";
import { asFailure, type Failure } from "../toolkit/failure.ts";

/** The longest pause before the first retry, in milliseconds. It doubles with each. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 4000;
/** Spread on top of a time that the vendor named, so that not everyone comes back in the same instant. */
const SPREAD_MS = 100;

export interface RetryOptions {
  /** How often the vendor is asked at most, the first time included. */
  readonly attempts: number;
  /** When all of it must have ended, in milliseconds since the epoch. */
  readonly deadline_at: number;
  /** How long one attempt may take, in milliseconds. */
  readonly attempt_ms: number;
  /** The caller's: nothing is started after it was aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Asked before each retry: `false` ends it with the failure at hand. */
  readonly mayContinue?: () => boolean;
  readonly now?: () => number;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/**
 * How long to wait before trying again, in milliseconds, or `null` if trying again makes no sense.
 *
 * Full jitter: anywhere between nothing and the doubled pause, because callers that failed together must not
 * come back together. A time that the vendor named holds instead, if it fits; if it doesn't, waiting out the
 * rest of the deadline would only delay the answer. A vendor that didn't answer in time is asked once more and no
 * further: more requests make a slow vendor slower.
 * @param retries how often it was tried again already
 * @param late how many attempts ended without an answer in time, this one included
 * @param remaining_ms until the deadline
 */
export function pauseBeforeRetry(
  failure: Failure,
  retries: number,
  remaining_ms: number,
  random: () => number,
  late = 0,
): number | null {
  if (!failure.retryable || failure.code === "circuit_open" || late > 1) return null;
  const named = failure.detail.retry_after_ms;
  const pause =
    named === undefined
      ? random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retries)
      : named + random() * SPREAD_MS;
  return pause < remaining_ms ? pause : null;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or runs out of attempts or time. For reads only.
 * @param attempt gets a signal that ends with its own time, the deadline or the caller
 * @throws Failure the last one
 */
export async function retrying<T>(
  options: RetryOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { now = Date.now, random = Math.random, signal, mayContinue = () => true } = options;
  let retries = 0;
  let late = 0;
  let pause = 0;
  const worthIt = (thrown: unknown): boolean => {
    if (signal?.aborted || !mayContinue()) return false;
    const failure = asFailure(thrown);
    if (failure.code === "upstream_timeout") late += 1;
    const next = pauseBeforeRetry(failure, retries, options.deadline_at - now(), random, late);
    pause = next ?? 0;
    return next !== null;
  };
  const policy = retry(handleWhen(worthIt), {
    maxAttempts: options.attempts - 1,
    backoff: new DelegateBackoff(() => pause),
  });
  return policy.execute(({ attempt: nth }) => {
    retries = nth;
    const remaining_ms = options.deadline_at - now();
    // A vendor that was too slow once gets all the time that is left.
    const attempt_ms = late > 0 ? remaining_ms : options.attempt_ms;
    return within(Math.min(attempt_ms, remaining_ms), signal, attempt);
  });
}

/**
 * Gives work a signal that is aborted after `time_ms` milliseconds, or by the caller. The timer ends with the
 * work: `AbortSignal.timeout` would leave one running for each request that was answered in time.
 */
async function within<T>(
  time_ms: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const time = new AbortController();
  const timer = setTimeout(
    () => time.abort(new DOMException("out of time", "TimeoutError")),
    Math.max(0, time_ms),
  );
  try {
    return await work(caller === undefined ? time.signal : AbortSignal.any([time.signal, caller]));
  } finally {
    clearTimeout(timer);
  }
}
