/**
 * Keeps the one row about a person: roles, epoch, last confirmation and the sealed refresh token of their
 * sign-in.
 */
import { open, seal } from "../auth/seal.ts";
import type { Env } from "../bindings.ts";
import type { Role } from "../toolkit/scopes.ts";
import type { Signed } from "./protocol.ts";
import type { Confirmation } from "./standing.ts";

/** What is kept of a person besides their sessions. */
export interface Person extends Signed, Confirmation {
  readonly roles: readonly Role[];
  /** Rises with every change of standing. */
  readonly epoch: number;
}

/** The upstream sign-in, as far as it can be renewed. */
export interface UpstreamToken {
  /** `null` if it can't be unsealed: SEALING_KEY was replaced since. */
  readonly refresh_token: string | null;
  readonly generation: number;
  /** An earlier request with this token never got its answer. */
  readonly interrupted: boolean;
}

interface PersonRow extends Record<string, SqlStorageValue> {
  person: string;
  subject: string;
  display: string;
  roles: string;
  epoch: number;
  upstream_token: string | null;
  upstream_generation: number;
  upstream_asked_at: number | null;
  upstream_tried_at: number | null;
  confirmed_at: number;
}

/** The one row about the person. The upstream refresh token in it is sealed to tenant and person. */
export class PersonRecord {
  readonly #sql: SqlStorage;
  readonly #env: Env;

  constructor(sql: SqlStorage, env: Env) {
    this.#sql = sql;
    this.#env = env;
  }

  /** The person, or `null` before their first sign-in. */
  get(): Person | null {
    const row = this.#row();
    if (row === undefined) return null;
    const { person, subject, display, roles, epoch, confirmed_at, upstream_token } = row;
    const renewable = upstream_token !== null;
    return {
      person,
      subject,
      display,
      roles: JSON.parse(roles) as Role[],
      epoch,
      confirmed_at,
      renewable,
    };
  }

  /** @throws Error before the first sign-in */
  require(): Person {
    const person = this.get();
    if (person === null) throw new Error("nobody has signed in here yet");
    return person;
  }

  /** Writes who signed in, and with which roles. */
  signedIn({ person, subject, display }: Signed, roles: readonly Role[], now: number): void {
    this.#sql.exec(
      `INSERT INTO person (id, person, subject, display, roles, epoch, confirmed_at)
       VALUES (1, ?1, ?2, ?3, ?4, 0, ?5)
       ON CONFLICT (id) DO UPDATE SET display = ?3, roles = ?4, confirmed_at = ?5`,
      person,
      subject,
      display,
      JSON.stringify(roles),
      now,
    );
  }

  /** The identity provider vouches for the person, with these roles. */
  confirmed(roles: readonly Role[], now: number): void {
    this.#sql.exec("UPDATE person SET roles = ?, confirmed_at = ?", JSON.stringify(roles), now);
  }

  /** The next epoch, which begins now. */
  raiseEpoch(): number {
    return this.#sql.exec<{ epoch: number }>("UPDATE person SET epoch = epoch + 1 RETURNING epoch").one()
      .epoch;
  }

  /** The upstream sign-in, or `null` if there is none to renew. */
  upstream(): UpstreamToken | null {
    const row = this.#row();
    if (row === undefined || row.upstream_token === null) return null;
    return {
      refresh_token: open(this.#env, "upstream-token", [row.person], row.upstream_token),
      generation: row.upstream_generation,
      interrupted: row.upstream_asked_at !== null,
    };
  }

  /** A new sign-in's token takes the place of whatever there was. */
  replaceUpstream(refresh_token: string): void {
    this.#sql.exec(
      `UPDATE person SET upstream_token = ?, upstream_asked_at = NULL, upstream_tried_at = NULL,
         upstream_generation = upstream_generation + 1`,
      this.#sealed(refresh_token),
    );
  }

  /** Forgets the token. */
  dropUpstream(): void {
    this.#sql.exec(
      `UPDATE person SET upstream_token = NULL, upstream_asked_at = NULL,
         upstream_generation = upstream_generation + 1`,
    );
  }

  /** A request with the token is about to be sent. */
  upstreamAsked(now: number): void {
    this.#sql.exec("UPDATE person SET upstream_asked_at = ?1, upstream_tried_at = ?1", now);
  }

  /** When a request with the token was last sent, or `null`. */
  upstreamTriedAt(): number | null {
    return this.#row()?.upstream_tried_at ?? null;
  }

  /**
   * The request was granted. Keeps the rotated token, if there is one.
   * @returns false if a sign-in or a sign-out overtook the request; then nothing is written
   */
  upstreamGranted(generation: number, rotated: string | null): boolean {
    const { rowsWritten } = this.#sql.exec(
      `UPDATE person SET upstream_token = COALESCE(?, upstream_token), upstream_asked_at = NULL
       WHERE upstream_generation = ?`,
      rotated === null ? null : this.#sealed(rotated),
      generation,
    );
    return rowsWritten > 0;
  }

  /** Whether the token is still the one that was read. */
  isCurrent(generation: number): boolean {
    return this.#row()?.upstream_generation === generation;
  }

  #sealed(refresh_token: string): string {
    return seal(this.#env, "upstream-token", [this.require().person], refresh_token);
  }

  #row(): PersonRow | undefined {
    return this.#sql.exec<PersonRow>("SELECT * FROM person").toArray()[0];
  }
}
