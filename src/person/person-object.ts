/** Holds one person's standing and sessions, and passes each change on before it answers. */
import type { Env } from "../bindings.ts";
import { callLimits } from "../limits/settings.ts";
import { type BucketAnswer, rate, TokenBucket } from "../limits/token-bucket.ts";
import type { JsonObject } from "../toolkit/json.ts";
import * as facts from "./audit-fact.ts";
import { Changes } from "./changes.ts";
import { ANNOUNCE_AFTER_MS, PersonGrants } from "./person-grants.ts";
import type {
  ConfirmedStanding,
  Consent,
  ConsentAnswer,
  ConsoleVisit,
  Denial,
  PersonProfile,
  PersonStanding,
  RefreshResult,
  SessionSummary,
  SignInAttempt,
  SignInRefusal,
} from "./protocol.ts";
import { Renewals } from "./renewals.ts";
import type { EndReason } from "./session-control.ts";
import { type Session, summaryOf } from "./sessions.ts";
import { SingleUse } from "./single-use.ts";
import type { Act } from "./standing.ts";
import { UpstreamSession, type UpstreamStanding } from "./upstream-session.ts";
import { Waiting } from "./waiting.ts";

/** More than anybody clicks. Apart from what clients may ask: who uses that up must not lock out who would stop them. */
const CONSOLE_PER_MINUTE = 600;

/**
 * One per person. It issues session ids, holds the person's standing and tells their session objects of every
 * change before it answers; counts their state changes; and renews their sign-in at the identity provider.
 */
export class PersonObject extends PersonGrants {
  readonly #single_use: SingleUse;
  readonly #changes: Changes;
  readonly #waiting: Waiting;
  readonly #renewals: Renewals;
  readonly #calls: TokenBucket;
  readonly #visits = new TokenBucket(rate(CONSOLE_PER_MINUTE), Date.now());

  protected override readonly tasks = {
    announce: () => this.announce(),
    abandoned: (sign_in_id: string) => this.#abandoned(sign_in_id),
  };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#single_use = new SingleUse(this.sql);
    this.#changes = new Changes(this.sql);
    this.#waiting = new Waiting(ctx.storage, env);
    const upstream = new UpstreamSession(env, this.record, (standing) => this.#take(standing));
    const announce = () => this.announce();
    this.#renewals = new Renewals(env, this.record, upstream, announce, (work) => ctx.waitUntil(work));
    this.#calls = new TokenBucket(callLimits(env).person, Date.now());
  }

  /** Takes note of a sign-in. What it returns is good for one consent within ten minutes. */
  async signIn(sign_in: SignInAttempt): Promise<{ sign_in_id: string }> {
    const sign_in_id = this.ctx.storage.transactionSync(() => {
      this.ledger.identify("person", sign_in.person);
      const before = this.record.get();
      this.record.signedIn(sign_in, sign_in.roles, Date.now());
      if (before !== null && !facts.sameRoles(before.roles, sign_in.roles)) this.#owe();
      // Without a new token an older one goes on: some providers give it at the first consent alone.
      if (sign_in.upstream_refresh_token !== null)
        this.record.replaceUpstream(sign_in.upstream_refresh_token);
      const waiting = this.#single_use.beginSignIn(Date.now());
      this.due.set("abandoned", waiting.sign_in_id, waiting.expires_at);
      this.ledger.append(facts.signedInFact(sign_in));
      return waiting.sign_in_id;
    });
    await this.announce();
    return { sign_in_id };
  }

  /** Takes note of a sign-in that is turned away. Sessions from better days end with it. */
  async refuse(refusal: SignInRefusal): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.ledger.identify("person", refusal.person);
      this.ledger.append(facts.refusedFact(refusal));
      if (refusal.reason === "no_role" && this.record.get() !== null) this.#signOut("no_role");
    });
    await this.announce();
  }

  /**
   * The person lets a client act for them: finds that client's session, or begins one.
   * @throws Error when the session object can't be reached; the sign-in is used up then
   */
  async consent(consent: Consent): Promise<ConsentAnswer> {
    const session = this.ctx.storage.transactionSync(() => {
      const now = Date.now();
      if (!this.#takeSignIn(consent.sign_in_id, now)) return null;
      const epoch = this.record.raiseEpoch();
      const session = this.sessions.takeUp(consent, consent.scopes, epoch, now);
      this.ledger.append(
        facts.consentFact(this.record.require(), consent, session, session.created_at < now),
      );
      this.due.set("announce", "", now + ANNOUNCE_AFTER_MS);
      return session;
    });
    if (session === null) return { ok: false, reason: "expired" };
    await this.announce();
    return { ok: true, session_id: session.session_id };
  }

  /** The person says no to a client. */
  async deny(denial: Denial): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      if (!this.#takeSignIn(denial.sign_in_id, Date.now())) return;
      this.ledger.append(facts.denialFact(this.record.require(), denial));
    });
  }

  /**
   * A client wants to go on: asks the identity provider whether the person may, and with which roles. Concurrent
   * callers share one question. Sessions know of what changed before this answers. A provider that can't be asked
   * keeps nobody out for as long as its last word holds for reads: each call looks at it anyway.
   */
  async refreshUpstream(session_id: string): Promise<RefreshResult> {
    if (!this.isActive(session_id)) return this.refreshed(session_id, "revoked");
    try {
      await this.#renewals.renew();
    } catch {
      // The alarm goes on trying. Until the sessions know, no new token is due.
      return this.refreshed(session_id, "unavailable");
    }
    const { confidence, renewable } = this.#renewals.now("read");
    if (!this.isActive(session_id)) return this.refreshed(session_id, "revoked");
    if (confidence !== "stale") return this.refreshed(session_id, "ok", confidence);
    // Only a sign-in helps then, and that is what a client asks its person for.
    return this.refreshed(session_id, renewable ? "unavailable" : "revoked");
  }

  /**
   * Whether a session may act now, as whom, and how far the identity provider's last word carries that. An old word
   * is renewed: beside the answer, or before it, for as long as an answer may wait.
   */
  async confirm(session_id: string, act: Act): Promise<ConfirmedStanding> {
    const standing = await this.#renewals.forAct(act);
    return { active: this.isActive(session_id), ...standing };
  }

  /** Whether a session may act now, and as whom. */
  async standing(session_id: string): Promise<PersonStanding> {
    const { roles, epoch } = this.#renewals.now("read");
    return { active: this.isActive(session_id), roles, epoch };
  }

  /** One more request to the console: the session's standing, and if they are too many how long to wait, in milliseconds. */
  async visiting(session_id: string): Promise<ConfirmedStanding & { readonly wait_ms: number }> {
    const wait_ms = this.#visits.take(Date.now());
    const standing = wait_ms > 0 ? this.#renewals.now("read") : await this.#renewals.forAct("read");
    return { active: this.isActive(session_id), ...standing, wait_ms };
  }

  /** How many distinct operations the person began within the last `window_ms`, this one included. */
  async countChange(operation_id: string, window_ms: number): Promise<number> {
    return this.#changes.count(operation_id, window_ms, Date.now());
  }

  /**
   * Notes that an operation is to wait for somebody's approval. False if too many of this person's do already.
   * @param at_most_ms how long it waits before it expires
   */
  mayWait(operation_id: string, at_most_ms: number): Promise<boolean> {
    const now = Date.now();
    return this.#waiting.admit(operation_id, now, now + at_most_ms);
  }

  /**
   * Ends one session or all of them for good, and returns how many. Session objects know before this answers.
   * @param by who decided: a subject
   * @throws Error when a session object can't be reached; the alarm goes on trying
   */
  async revoke(which: { readonly session_id: string } | "all", by: string): Promise<number> {
    const ended = this.ctx.storage.transactionSync(() => {
      const sessions = this.sessions
        .unrevoked()
        .filter(({ session_id }) => which === "all" || session_id === which.session_id);
      this.#end(sessions, "revoked", { by });
      if (this.sessions.unrevoked().length === 0) this.#forgetUpstream();
      return sessions.length;
    });
    await this.announce();
    return ended;
  }

  /** Tokens for calls, out of what all of the person's sessions may spend together. */
  async grantCalls(wanted: number): Promise<BucketAnswer> {
    return this.#calls.grant(wanted, Date.now());
  }

  /** Who this is, or `null` if they never were admitted. */
  async profile(): Promise<PersonProfile | null> {
    const person = this.record.get();
    if (person === null) return null;
    const { subject, display, roles } = person;
    return { subject, display, roles };
  }

  /** Notes what the person saw or did in the console, or was kept from. */
  async visited(visit: ConsoleVisit): Promise<void> {
    const session = this.sessions.get(visit.session_id);
    // A session that was never begun here is a lost store's: there is no chain to write to.
    if (session !== null) this.ledger.append(facts.consoleFact(this.record.require(), session, visit));
  }

  /** All sessions, newest first. */
  async listSessions(): Promise<SessionSummary[]> {
    return this.sessions.list().map(summaryOf);
  }

  /** What the identity provider said, once for each time it was asked. */
  #take(standing: UpstreamStanding): void {
    this.ctx.storage.transactionSync(() => {
      const person = this.record.require();
      const fact = facts.upstreamFact(person, standing);
      if (fact !== null) this.ledger.append(fact);
      if (standing.standing === "refused") this.#signOut(standing.reason);
      if (standing.standing !== "stands") return;
      this.record.confirmed(standing.roles, Date.now());
      if (!facts.sameRoles(person.roles, standing.roles)) this.#owe();
    });
  }

  #signOut(reason: string): void {
    this.#end(this.sessions.active(), "signed_out", { reason });
    this.#forgetUpstream();
  }

  #end(sessions: readonly Session[], how: EndReason, detail: JsonObject): void {
    if (sessions.length === 0) return;
    const now = Date.now();
    const person = this.record.require();
    const epoch = this.record.raiseEpoch();
    for (const session of sessions) {
      this.sessions.end(session.session_id, how, epoch, now);
      this.ledger.append(facts.endedFact(person, session, how, detail));
    }
    this.due.set("announce", "", now + ANNOUNCE_AFTER_MS);
  }

  /** With no session left there is nothing to renew for, and no consent page left open may bring one back. */
  #forgetUpstream(): void {
    this.record.dropUpstream();
    this.#single_use.dropSignIns();
  }

  /** Every active session has to know of the person's new standing. */
  #owe(): void {
    this.sessions.oweActive(this.record.raiseEpoch());
    this.due.set("announce", "", Date.now() + ANNOUNCE_AFTER_MS);
  }

  #takeSignIn(sign_in_id: string, now: number): boolean {
    const taken = this.#single_use.takeSignIn(sign_in_id, now);
    if (taken) this.due.clear("abandoned", sign_in_id);
    return taken;
  }

  /** A sign-in that led nowhere: nobody needs its refresh token. */
  async #abandoned(sign_in_id: string): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#single_use.takeSignIn(sign_in_id, Date.now());
      const needed = this.sessions.active().length > 0 || this.#single_use.signInsWait();
      if (!needed) this.record.dropUpstream();
    });
  }
}
