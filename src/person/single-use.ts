import { v7 as uuidv7 } from "uuid";

/** How long a person may look at the consent page, in milliseconds. */
const SIGN_IN_LIFE_MS = 10 * 60_000;
/**
 * How long a redeemed authorization code is remembered, in milliseconds: longer than a code lives (10 min) and
 * than KV may still show it as unused elsewhere (a minute).
 */
const REDEEMED_LIFE_MS = 60 * 60_000;

/** How long a used refresh token is remembered, in milliseconds: as long as an unused one is good for. */
const USED_TOKEN_LIFE_MS = 30 * 24 * 60 * 60_000;

/**
 * What may be used once: sign-ins that wait for consent, authorization codes, and refresh tokens. The OAuth provider
 * keeps codes in KV, where reading and marking as used are two steps; here they are one. Of refresh tokens it forgets
 * those that were used.
 */
export class SingleUse {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A new sign-in that waits for consent. */
  beginSignIn(now: number): { readonly sign_in_id: string; readonly expires_at: number } {
    const sign_in_id = `sig_${uuidv7({ msecs: now })}`;
    const expires_at = now + SIGN_IN_LIFE_MS;
    this.#sql.exec("INSERT INTO sign_ins (sign_in_id, expires_at) VALUES (?, ?)", sign_in_id, expires_at);
    return { sign_in_id, expires_at };
  }

  /** Uses up a sign-in. False if it was used, or is too old. */
  takeSignIn(sign_in_id: string, now: number): boolean {
    return (
      this.#sql
        .exec<{ expires_at: number }>(
          "DELETE FROM sign_ins WHERE sign_in_id = ? RETURNING expires_at",
          sign_in_id,
        )
        .toArray()
        .filter(({ expires_at }) => now < expires_at).length > 0
    );
  }

  /** Whether any sign-in waits for consent. */
  signInsWait(): boolean {
    return this.#sql.exec("SELECT 1 FROM sign_ins LIMIT 1").toArray().length > 0;
  }

  /** Nobody can consent to anything with the sign-ins that wait. */
  dropSignIns(): void {
    this.#sql.exec("DELETE FROM sign_ins");
  }

  /** A refresh token was used. @param digest of the token, which itself is kept nowhere */
  useRefreshToken(digest: string, now: number): void {
    this.#sql.exec("DELETE FROM used_refresh_tokens WHERE at <= ?", now - USED_TOKEN_LIFE_MS);
    this.#sql.exec("INSERT OR IGNORE INTO used_refresh_tokens (digest, at) VALUES (?, ?)", digest, now);
  }

  /** Whether a refresh token was used. */
  refreshTokenUsed(digest: string): boolean {
    return this.#sql.exec("SELECT 1 FROM used_refresh_tokens WHERE digest = ?", digest).toArray().length > 0;
  }

  /** True the first time a grant's code is redeemed. */
  redeem(grant_id: string, now: number): boolean {
    this.#sql.exec("DELETE FROM redeemed_grants WHERE at <= ?", now - REDEEMED_LIFE_MS);
    const { rowsWritten } = this.#sql.exec(
      "INSERT OR IGNORE INTO redeemed_grants (grant_id, at) VALUES (?, ?)",
      grant_id,
      now,
    );
    return rowsWritten > 0;
  }
}
