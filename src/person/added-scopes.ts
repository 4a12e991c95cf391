/** What a person has added to their grants after the consent page, and what session objects have yet to be told of it. */

import type { Grant } from "../auth/tokens/grant.ts";
import { isScope, type Scope } from "../toolkit/scopes.ts";
import type { Connection } from "./protocol.ts";
import type { AddedScope, AddedToGrant } from "./session-control.ts";

/** How long an added scope holds, in milliseconds. Adding it again begins that anew. */
const HOLDS_MS = 30 * 24 * 60 * 60_000;

interface ConnectionRow extends Record<string, SqlStorageValue> {
  grant_id: string;
  session_id: string;
  client_id: string;
  client_name: string;
  redirect_uri: string;
  scopes: string;
  signed_in_at: number;
  address: string | null;
  place: string | null;
}

/** The scopes that were added, grant by grant. A grant never lends them to another, not even of the same session. */
export class AddedScopes {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The grants that a client may use now, the newest sign-in first, with what was added to each. */
  connections(now: number): Connection[] {
    return this.#sql
      .exec<ConnectionRow>(
        `SELECT g.grant_id, g.session_id, s.client_id, s.client_name, s.redirect_uri, g.scopes, g.signed_in_at,
           g.address, g.place
         FROM grants AS g JOIN sessions AS s ON s.session_id = g.session_id
         WHERE g.ended_at IS NULL AND s.state = 'active' ORDER BY g.signed_in_at DESC, g.grant_id`,
      )
      .toArray()
      .map(({ scopes, signed_in_at, ...row }) => ({
        ...row,
        scopes: JSON.parse(scopes) as Scope[],
        signed_in_at: iso(signed_in_at),
        added: this.#addedTo(row.grant_id)
          .filter(({ until }) => now < until)
          .map(({ scope, until }) => ({ scope, until: iso(until) })),
      }));
  }

  /** Adds scopes to a grant, for the time that they hold. */
  add(grant_id: string, scopes: readonly Scope[], now: number): void {
    for (const scope of scopes) {
      this.#sql.exec(
        `INSERT INTO added_scopes (grant_id, scope, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (grant_id, scope) DO UPDATE SET until = ?3`,
        grant_id,
        scope,
        now + HOLDS_MS,
      );
    }
    this.#changed(grant_id, now);
  }

  /** Takes back everything that was added to a grant, and says what that was. */
  takeBack(grant_id: string, now: number): Scope[] {
    const taken = this.#addedTo(grant_id).filter(({ until }) => now < until);
    if (taken.length === 0) return [];
    this.#sql.exec("DELETE FROM added_scopes WHERE grant_id = ?", grant_id);
    this.#changed(grant_id, now);
    return taken.map(({ scope }) => scope);
  }

  /** The grants whose session's object has yet to be told of a change. */
  owed(): (AddedToGrant & Grant)[] {
    return this.#sql
      .exec<{ grant_id: string; session_id: string; revision: number }>(
        "SELECT grant_id, session_id, revision FROM grants WHERE told < revision",
      )
      .toArray()
      .map((grant) => ({ ...grant, added: this.#addedTo(grant.grant_id) }));
  }

  /** The session's object has confirmed a revision. What came up since is still owed. */
  settle(grant_id: string, revision: number): void {
    this.#sql.exec("UPDATE grants SET told = ?1 WHERE grant_id = ?2 AND told < ?1", revision, grant_id);
  }

  #changed(grant_id: string, now: number): void {
    this.#sql.exec("DELETE FROM added_scopes WHERE until <= ?", now);
    this.#sql.exec("UPDATE grants SET revision = revision + 1 WHERE grant_id = ?", grant_id);
  }

  #addedTo(grant_id: string): AddedScope[] {
    return this.#sql
      .exec<{ scope: string; until: number }>(
        "SELECT scope, until FROM added_scopes WHERE grant_id = ? ORDER BY scope",
        grant_id,
      )
      .toArray()
      .flatMap(({ scope, until }) => (isScope(scope) ? [{ scope, until }] : []));
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
