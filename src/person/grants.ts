/** Keeps a person's grants and refresh tokens, and judges at once which token is the current one. */
import type { Exchange, Grant, GrantOrigin, GrantVerdict, PresentedToken } from "../auth/tokens/grant.ts";

/** How long a grant and its tokens are remembered, in milliseconds: as long as an unused refresh token is good for. */
const REMEMBERED_MS = 30 * 24 * 60 * 60_000;
/** How long everybody who presents a token gets the same answer, in milliseconds. */
const SHARED_MS = 60_000;
/** How long KV may go on showing a grant as it was, in milliseconds. It says a minute; this is kinder. */
const LAG_MS = 5 * 60_000;

/**
 * The grants of one person and their refresh tokens. The OAuth provider keeps them in KV, which lags and forgets all
 * but the last two; here it is known at once which token is the current one, and which are old.
 */
export class Grants {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** True the first time a grant's authorization code is redeemed. The provider reads and marks codes in two steps. */
  begin({ grant_id, session_id }: Grant, origin: GrantOrigin, now: number): boolean {
    this.#sql.exec("DELETE FROM grants WHERE at <= ?", now - REMEMBERED_MS);
    this.#sql.exec("DELETE FROM refresh_tokens WHERE at <= ?", now - REMEMBERED_MS);
    const { rowsWritten } = this.#sql.exec(
      `INSERT OR IGNORE INTO grants (grant_id, session_id, at, scopes, signed_in_at, address, place)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      grant_id,
      session_id,
      now,
      JSON.stringify(origin.scopes),
      origin.signed_in_at,
      origin.address,
      origin.place,
    );
    return rowsWritten > 0;
  }

  /** The other grants that the client of this one holds for the same person. */
  others(grant_id: string): string[] {
    return this.#sql
      .exec<{ grant_id: string }>(
        `SELECT g.grant_id FROM grants AS g JOIN sessions AS s ON s.session_id = g.session_id
         WHERE g.ended_at IS NULL AND g.grant_id <> ?1 AND s.client_id =
           (SELECT client_id FROM sessions WHERE session_id = (SELECT session_id FROM grants WHERE grant_id = ?1))`,
        grant_id,
      )
      .toArray()
      .map((grant) => grant.grant_id);
  }

  /** A grant's first refresh token was given out. */
  issued(grant_id: string, digest: string, now: number): void {
    this.#issue(grant_id, digest, null, now);
  }

  /** What to do with a token that the provider found genuine. */
  judge({ grant_id, digest }: PresentedToken, now: number): GrantVerdict {
    if (this.#grant(grant_id)?.ended_at != null) return { verdict: "ended" };
    if (this.isOld(digest)) return { verdict: "reused" };
    const sealed = this.#sql
      .exec<{ answer: string | null }>(
        "SELECT answer FROM refresh_tokens WHERE digest = ? AND used_at > ?",
        digest,
        now - SHARED_MS,
      )
      .toArray()[0]?.answer;
    return sealed == null ? { verdict: "exchange" } : { verdict: "exchanged", sealed };
  }

  /** A token was exchanged for another one. */
  exchanged({ grant_id, digest, successor, sealed }: Exchange, now: number): void {
    this.#sql.exec("UPDATE refresh_tokens SET answer = NULL WHERE used_at <= ?", now - SHARED_MS);
    this.#sql.exec(
      `INSERT INTO refresh_tokens (digest, at, used_at, answer) VALUES (?1, ?2, ?2, ?3)
       ON CONFLICT (digest) DO UPDATE SET used_at = ?2, answer = ?3`,
      digest,
      now,
      sealed,
    );
    this.#issue(grant_id, successor, digest, now);
  }

  /** Whether a token's successor was used. */
  isOld(digest: string): boolean {
    return (
      this.#sql
        .exec("SELECT 1 FROM refresh_tokens WHERE predecessor = ? AND used_at IS NOT NULL LIMIT 1", digest)
        .toArray().length > 0
    );
  }

  /** Whether a token is the newest of a grant that hasn't ended, and so new that KV may not show it yet. */
  isCurrent(grant_id: string, digest: string, now: number): boolean {
    const grant = this.#grant(grant_id);
    return grant?.current === digest && grant.ended_at === null && now < grant.at + LAG_MS;
  }

  /** The session of a grant that hasn't ended, or `null`. */
  sessionOf(grant_id: string): string | null {
    const grant = this.#grant(grant_id);
    return grant?.ended_at === null ? grant.session_id : null;
  }

  /** Ends a grant. Null if it isn't one, or has ended before. */
  end(grant_id: string, now: number): Grant | null {
    const ended = this.#sql.exec<{ grant_id: string; session_id: string }>(
      `UPDATE grants SET ended_at = ?, owed = 1 WHERE grant_id = ? AND ended_at IS NULL
       RETURNING grant_id, session_id`,
      now,
      grant_id,
    );
    return ended.toArray()[0] ?? null;
  }

  /** Those that have ended, and whose session's object has yet to be told. */
  owed(): Grant[] {
    return this.#sql
      .exec<{ grant_id: string; session_id: string }>(
        "SELECT grant_id, session_id FROM grants WHERE owed = 1",
      )
      .toArray();
  }

  /** The session's object has confirmed that the grant has ended. */
  settle(grant_id: string): void {
    this.#sql.exec("UPDATE grants SET owed = 0 WHERE grant_id = ?", grant_id);
  }

  #issue(grant_id: string, digest: string, predecessor: string | null, now: number): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO refresh_tokens (digest, predecessor, at) VALUES (?, ?, ?)",
      digest,
      predecessor,
      now,
    );
    this.#sql.exec("UPDATE grants SET current = ?, at = ? WHERE grant_id = ?", digest, now, grant_id);
  }

  #grant(grant_id: string) {
    return this.#sql
      .exec<{ session_id: string; current: string | null; ended_at: number | null; at: number }>(
        "SELECT session_id, current, ended_at, at FROM grants WHERE grant_id = ?",
        grant_id,
      )
      .toArray()[0];
  }
}
