/**
 * Decides what becomes of a code or refresh token: one request exchanges it, others share the answer, and
 * reuse ends the grant.
 */
import type { Exchange, Grant, GrantOrigin, GrantVerdict, PresentedToken } from "../auth/tokens/grant.ts";
import type { Grants } from "./grants.ts";
import type { GrantEnd } from "./protocol.ts";

/** How long a leader may take before another one leads, in milliseconds: its request may be gone. */
const LEAD_MS = 30_000;

/** Somebody who exchanges a refresh token. Whoever else presents the same one waits. */
interface Leader {
  readonly ended: PromiseWithResolvers<void>;
  readonly until: number;
}

/** A token that the OAuth provider doesn't know: too new for it, so old that it must not come back, or neither. */
export type Unknown = "current" | "reused" | "unknown";

/**
 * What becomes of codes and refresh tokens that are presented.
 *
 * Several who present the same token at the same time are one client in several windows. One of them leads, and all get
 * its answer: the OAuth provider would give each a successor of its own, of which one survives.
 *
 * One that two have, or had, ends its grant: nobody can tell whose tokens are the thief's (RFC 9700 section 4.14.2).
 * Other grants of the session go on: they are other machines.
 */
export class Refreshes {
  readonly #grants: Grants;
  readonly #end: (grant_id: string, reason: GrantEnd) => Promise<void>;
  readonly #leaders = new Map<string, Leader>();

  /** @param end ends a grant; its session's object knows when it resolves */
  constructor(grants: Grants, end: (grant_id: string, reason: GrantEnd) => Promise<void>) {
    this.#grants = grants;
    this.#end = end;
  }

  /** Whether a grant's code is redeemed for the first time. Otherwise what it led to ends. */
  async redeem(grant: Grant, origin: GrantOrigin): Promise<boolean> {
    if (!this.#grants.begin(grant, origin, Date.now())) {
      await this.#end(grant.grant_id, "code_reused");
      return false;
    }
    // The OAuth provider has dropped them already, in a store that lags.
    const ended = origin.replaces ? this.#grants.others(grant.grant_id) : [];
    for (const grant_id of ended) await this.#end(grant_id, "signed_in_again");
    return true;
  }

  /** What to do with a genuine token, once nobody else is exchanging it. `exchange`: the caller leads now. */
  async present(token: PresentedToken): Promise<GrantVerdict> {
    const verdict = await this.#take(token);
    if (verdict.verdict === "reused") await this.#end(token.grant_id, "refresh_token_reused");
    return verdict;
  }

  /** The leader has an answer. `null`: it has none, and the next one leads. */
  exchanged(digest: string, exchange: Exchange | null): void {
    if (exchange !== null) this.#grants.exchanged(exchange, Date.now());
    this.#leaders.get(digest)?.ended.resolve();
    this.#leaders.delete(digest);
  }

  /** What to do with a token that the OAuth provider doesn't know. */
  async unknown(grant_id: string, digest: string): Promise<Unknown> {
    if (this.#grants.isCurrent(grant_id, digest, Date.now())) return "current";
    if (!this.#grants.isOld(digest)) return "unknown";
    await this.#end(grant_id, "refresh_token_reused");
    return "reused";
  }

  async #take(token: PresentedToken): Promise<GrantVerdict> {
    for (;;) {
      const now = Date.now();
      const verdict = this.#grants.judge(token, now);
      if (verdict.verdict !== "exchange") return verdict;
      const leader = this.#leaders.get(token.digest);
      if (leader === undefined || now >= leader.until) {
        this.#leaders.set(token.digest, { ended: Promise.withResolvers(), until: now + LEAD_MS });
        return verdict;
      }
      const timer = setTimeout(leader.ended.resolve, leader.until - now);
      await leader.ended.promise;
      clearTimeout(timer);
    }
  }
}
