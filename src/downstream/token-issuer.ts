/** Holds one credential's token in memory, and renews it once for all who wait, before it ends. */
import { asFailure, type Failure } from "../toolkit/failure.ts";
import type { AccessToken } from "../toolkit/upstream/credential.ts";

/** A token is renewed when less of its life is left than this, in milliseconds… */
const RENEW_LEFT_MS = 60_000;
/** …or than this part of it, whichever is sooner. */
const RENEW_LEFT_PART = 0.2;
/** But never in the first half of its life: a short-lived token would be renewed with each use. */
const KEEP_PART = 0.5;
/** A token this close to its end isn't handed out: it could end on its way to the vendor. */
const END_SLACK_MS = 5_000;
/** How long a vendor's refusal of a credential is remembered, so that callers don't storm its token endpoint. */
const REFUSAL_LIFE_MS = 5_000;
/** How long after a failed renewal the next one waits, while the old token is still good. */
const RENEW_PAUSE_MS = 5_000;

/** A token with the moment from which its holder should ask for the next one. */
export interface IssuedToken extends AccessToken {
  /** Milliseconds since the epoch. */
  readonly renew_at: number;
}

/** A token, ready to be handed out, from the moment it was minted. */
export function issued(token: AccessToken, minted_at: number): IssuedToken {
  const life = token.expires_at - minted_at;
  const left = Math.min(Math.max(RENEW_LEFT_MS, life * RENEW_LEFT_PART), life * KEEP_PART);
  return { ...token, renew_at: token.expires_at - left };
}

/**
 * Hands out one credential's token and gets the next one in time: once for all who wait, and before the old
 * one ends. In memory only. A token on disk would be in every backup of it; one more request to the vendor
 * after a restart is the cheaper price.
 */
export class TokenIssuer {
  readonly #mint: () => Promise<AccessToken>;
  readonly #now: () => number;
  #held: IssuedToken | null = null;
  #minting: Promise<IssuedToken> | null = null;
  /** The last failure, while it answers for the vendor. */
  #refusal: { readonly failure: Failure; readonly until: number } | null = null;
  #renew_not_before = 0;

  /**
   * @param mint gets a token from the vendor, with its own retries; rejects with a Failure
   * @param now milliseconds since the epoch
   */
  constructor(mint: () => Promise<AccessToken>, now: () => number) {
    this.#mint = mint;
    this.#now = now;
  }

  /** The token that is held, if any. For health: its text is nobody's business there. */
  get held(): IssuedToken | null {
    return this.#held;
  }

  /**
   * A token that is good for now.
   * @param stale a token that the vendor answered with 401: another one is wanted
   * @throws Failure
   */
  async token(stale: string | null): Promise<IssuedToken> {
    const now = this.#now();
    const held = this.#held;
    if (held === null || held.token === stale || now >= held.expires_at - END_SLACK_MS)
      return this.#renewed();
    if (now >= held.renew_at && now >= this.#renew_not_before) {
      // Nobody waits for it: the old token is good. How it ends is recorded where tokens are minted.
      this.#renewed().catch(() => undefined);
    }
    return held;
  }

  #renewed(): Promise<IssuedToken> {
    if (this.#minting !== null) return this.#minting;
    if (this.#refusal !== null && this.#now() < this.#refusal.until)
      return Promise.reject(this.#refusal.failure);
    this.#minting = this.#mintOne().finally(() => {
      this.#minting = null;
    });
    return this.#minting;
  }

  async #mintOne(): Promise<IssuedToken> {
    const began_at = this.#now();
    try {
      const token = issued(await this.#mint(), began_at);
      this.#held = token;
      this.#refusal = null;
      return token;
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#remember(failure, this.#now());
      throw failure;
    }
  }

  #remember(failure: Failure, now: number): void {
    this.#renew_not_before = now + RENEW_PAUSE_MS;
    if (failure.kind === "configuration") {
      // Whoever revoked the credential, or set it up for elsewhere, means its tokens, too.
      this.#held = null;
      this.#refusal = { failure, until: now + REFUSAL_LIFE_MS };
    } else if (failure.code === "rate_limited") {
      this.#refusal = { failure, until: now + (failure.detail.retry_after_ms ?? 0) };
    }
  }
}
