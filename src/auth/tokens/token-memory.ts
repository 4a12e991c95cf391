/**
 * Remembers valid access tokens for five seconds. It never decides alone: the session object still checks
 * each call.
 */
import { hash } from "node:crypto";

/** How long a validated token is taken as read, in milliseconds. */
const REMEMBERED_MS = 5_000;
/** How many tokens one isolate remembers. */
const CAPACITY = 10_000;

/** What is known of a valid token. */
interface Validated {
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Remembers for five seconds that a token was valid, because asking KV is the largest single cost of a call.
 *
 * This is safe only because it never decides alone: the session object looks up its own and the person's
 * standing on each call, so that a revoked session is refused whatever is remembered here. What can lag by these
 * five seconds is a client's own revocation of its token (RFC 7009).
 *
 * Only valid tokens are remembered: a guess costs its guesser a full look-up each time, and can't push out what
 * others rely on.
 */
export class TokenMemory<Value extends Validated> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** What `validate` said of the token at most five seconds before `now` (milliseconds), or says now. */
  async recall(
    resource: string,
    token: string,
    now: number,
    validate: () => Promise<Value | null>,
  ): Promise<Value | null> {
    // By hash: a dump of the isolate's memory shows no token that could be used.
    const key = hash("sha256", `${resource}\n${token}`, "base64url");
    const known = this.#entries.get(key);
    if (known !== undefined && now < known.until) return known.value;
    this.#entries.delete(key);
    const value = await validate();
    if (value !== null) this.#remember(key, value, now);
    return value;
  }

  #remember(key: string, value: Value, now: number): void {
    if (this.#entries.size >= this.#capacity) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, until: Math.min(now + REMEMBERED_MS, value.expiresAt * 1000) });
  }
}
