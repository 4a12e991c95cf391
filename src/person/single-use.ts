/** Keeps the sign-ins that wait for consent. Each can be used once, within ten minutes. */
import { v7 as uuidv7 } from "uuid";

/** How long a person may look at the consent page, in milliseconds. */
const SIGN_IN_LIFE_MS = 10 * 60_000;
/** Sign-ins that wait for consent: each is good for one. */
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
}
