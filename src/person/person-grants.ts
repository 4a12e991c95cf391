/** What a person's clients hold: their codes, refresh tokens and grants, and the scopes that the person adds to one. */

import { AuditedObject } from "../audit/write/audited-object.ts";
import { applySchema } from "../audit/write/schema.ts";
import type { Exchange, Grant, GrantOrigin, GrantVerdict, PresentedToken } from "../auth/tokens/grant.ts";
import type { Env } from "../bindings.ts";
import { type Scope, scopesOfRoles } from "../toolkit/scopes.ts";
import { AddedScopes } from "./added-scopes.ts";
import { Announcements } from "./announcements.ts";
import * as facts from "./audit-fact.ts";
import { Grants } from "./grants.ts";
import { PersonRecord } from "./person-record.ts";
import type { AddAnswer, Connection, GrantEnd, RefreshResult } from "./protocol.ts";
import { Refreshes, type Unknown } from "./refreshes.ts";
import { PERSON_SCHEMA } from "./schema.ts";
import { type Session, Sessions } from "./sessions.ts";
import type { Confidence } from "./standing.ts";

/** When the alarm tells session objects what a call could not, in milliseconds after the change. */
export const ANNOUNCE_AFTER_MS = 1_000;

/** The part of a person's object that answers for grants. Session objects know of a change before it answers. */
export abstract class PersonGrants extends AuditedObject {
  protected readonly record: PersonRecord;
  protected readonly sessions: Sessions;
  readonly #grants: Grants;
  readonly #added: AddedScopes;
  readonly #refreshes: Refreshes;
  readonly #announcements: Announcements;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchema(ctx.storage, "person", PERSON_SCHEMA);
    this.record = new PersonRecord(this.sql, env);
    this.sessions = new Sessions(this.sql);
    this.#grants = new Grants(this.sql);
    this.#added = new AddedScopes(this.sql);
    this.#refreshes = new Refreshes(this.#grants, (grant_id, reason) => this.endGrant(grant_id, reason));
    this.#announcements = new Announcements(env, this.record, this.sessions, this.#grants, this.#added);
  }

  /** Whether tokens may be issued for a grant's authorization code: once, and for a session that may act. */
  async redeem(grant: Grant, origin: GrantOrigin): Promise<boolean> {
    return this.isActive(grant.session_id) && (await this.#refreshes.redeem(grant, origin));
  }

  /** A grant's first refresh token was given out. */
  async refreshTokenIssued(grant_id: string, digest: string): Promise<void> {
    this.#grants.issued(grant_id, digest, Date.now());
  }

  /** What to do with a refresh token that is genuine. @throws Error when a session object can't be told of an end */
  async presentRefreshToken(token: PresentedToken): Promise<GrantVerdict> {
    const verdict = await this.#refreshes.present(token);
    if (verdict.verdict === "exchanged") this.refreshed(token.session_id, "ok");
    return verdict;
  }

  /** The one who was told to exchange a token did, or couldn't. */
  async refreshTokenExchanged(digest: string, exchange: Exchange | null): Promise<void> {
    this.#refreshes.exchanged(digest, exchange);
  }

  /** What to do with a refresh token that the OAuth provider doesn't know. @throws Error like the one before */
  unknownRefreshToken(grant_id: string, digest: string): Promise<Unknown> {
    return this.#refreshes.unknown(grant_id, digest);
  }

  /** Ends one grant. Its session's object knows before this answers. @throws Error when that can't be reached */
  async endGrant(grant_id: string, reason: GrantEnd): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      const ended = this.#grants.end(grant_id, Date.now());
      const session = ended === null ? null : this.sessions.get(ended.session_id);
      if (session === null) return;
      this.ledger.append(facts.grantEndedFact(this.record.require(), session, { grant_id, reason }));
      this.due.set("announce", "", Date.now() + ANNOUNCE_AFTER_MS);
    });
    await this.announce();
  }

  /** The grants that clients may use now, the newest sign-in first. */
  async listConnections(): Promise<Connection[]> {
    return this.#added.connections(Date.now());
  }

  /**
   * The person allows one connection more, for thirty days. Its next call has it, with the token that it has.
   * @throws Error when the session object can't be reached; the alarm goes on trying
   */
  async addScopes(grant_id: string, scopes: readonly Scope[]): Promise<AddAnswer> {
    const answer = this.ctx.storage.transactionSync((): AddAnswer => {
      const now = Date.now();
      const session = this.#sessionOf(grant_id);
      if (session === null) return { ok: false, reason: "ended" };
      const person = this.record.require();
      const allowed = scopesOfRoles(person.roles);
      if (!scopes.every((scope) => allowed.includes(scope))) return { ok: false, reason: "role_forbids" };
      this.#added.add(grant_id, scopes, now);
      this.ledger.append(
        facts.scopesFact("scopes_added", person, session, { grant_id, scopes: [...scopes] }),
      );
      this.due.set("announce", "", now + ANNOUNCE_AFTER_MS);
      return { ok: true };
    });
    if (answer.ok) await this.announce();
    return answer;
  }

  /**
   * Takes back everything that was added to a connection, and returns it.
   * @param by who decided: a subject
   * @throws Error when the session object can't be reached; the alarm goes on trying
   */
  async takeBackScopes(grant_id: string, by: string): Promise<readonly Scope[]> {
    const taken = this.ctx.storage.transactionSync(() => {
      const now = Date.now();
      const session = this.#sessionOf(grant_id);
      const scopes = session === null ? [] : this.#added.takeBack(grant_id, now);
      if (session === null || scopes.length === 0) return [];
      const detail = { grant_id, scopes, by };
      this.ledger.append(facts.scopesFact("scopes_taken_back", this.record.require(), session, detail));
      this.due.set("announce", "", now + ANNOUNCE_AFTER_MS);
      return scopes;
    });
    if (taken.length > 0) await this.announce();
    return taken;
  }

  protected isActive(session_id: string): boolean {
    return this.sessions.get(session_id)?.state === "active";
  }

  /** @throws Error when a session object can't be reached; what it has to be told stays owed */
  protected async announce(): Promise<void> {
    await this.#announcements.deliver();
    if (!this.#announcements.owed) this.due.clear("announce", "");
  }

  protected refreshed(
    session_id: string,
    end: "ok" | "revoked" | "unavailable",
    confidence: Confidence = "confirmed",
  ): RefreshResult {
    const result: RefreshResult = end === "ok" ? { ok: true } : { ok: false, reason: end };
    const session = this.sessions.get(session_id);
    // A session that was never begun here is a forgery or a lost store: there is no chain to write to.
    if (session !== null)
      this.ledger.append(facts.refreshFact(this.record.require(), session, result, confidence));
    return result;
  }

  /** The session of a grant that a client may use now, or `null`. */
  #sessionOf(grant_id: string): Session | null {
    const session_id = this.#grants.sessionOf(grant_id);
    const session = session_id === null ? null : this.sessions.get(session_id);
    return session?.state === "active" ? session : null;
  }
}
