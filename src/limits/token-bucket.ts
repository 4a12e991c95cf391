/** How often something may happen. */
export interface Rate {
  /** In the long run. */
  readonly per_minute: number;
  /** At once, after a quiet while. */
  readonly burst: number;
}

/** What somebody who asked for a number of tokens got. */
export interface BucketAnswer {
  readonly granted: number;
  /** Where nothing was granted: how long until there is one, in milliseconds. Otherwise 0. */
  readonly retry_after_ms: number;
}

/**
 * How long an object is idle at least before the platform may take it from memory, in milliseconds: Cloudflare
 * hibernates a Durable Object after ten seconds without an event.
 */
const SHORTEST_IDLE_MS = 10_000;
const MINUTE_MS = 60_000;

/**
 * A rate whose burst fills up again within the shortest time that an object is idle before it is taken from
 * memory. So a bucket can live in memory alone: whoever waits for the object to forget it waits as long as it
 * takes to fill.
 */
export function rate(per_minute: number): Rate {
  return { per_minute, burst: Math.max(1, Math.floor((per_minute * SHORTEST_IDLE_MS) / MINUTE_MS)) };
}

/**
 * A token bucket. Full at first; never gives more than its burst and what has flowed in since. Pure: time is
 * passed in, in milliseconds since the epoch, and whole numbers are all that it counts in, so that the time it
 * names is exact.
 */
export class TokenBucket {
  readonly #rate: Rate;
  /** In sixty-thousandths of a token: what flows in within a millisecond, by the minute, is a whole number. */
  #level: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#level = rate.burst * MINUTE_MS;
    this.#at = now;
  }

  /** Takes one token: 0. Or takes none, and says for how long there is none, in milliseconds. */
  take(now: number): number {
    this.#flow(now);
    if (this.#level < MINUTE_MS) return Math.ceil((MINUTE_MS - this.#level) / this.#rate.per_minute);
    this.#level -= MINUTE_MS;
    return 0;
  }

  /** Takes as many of `wanted` tokens as there are. */
  grant(wanted: number, now: number): BucketAnswer {
    this.#flow(now);
    const granted = Math.min(wanted, Math.floor(this.#level / MINUTE_MS));
    this.#level -= granted * MINUTE_MS;
    if (granted > 0) return { granted, retry_after_ms: 0 };
    return { granted, retry_after_ms: Math.ceil((MINUTE_MS - this.#level) / this.#rate.per_minute) };
  }

  /** A clock that was set back fills nothing. */
  #flow(now: number): void {
    if (now <= this.#at) return;
    const flowed = (now - this.#at) * this.#rate.per_minute;
    this.#level = Math.min(this.#rate.burst * MINUTE_MS, this.#level + flowed);
    this.#at = now;
  }
}
