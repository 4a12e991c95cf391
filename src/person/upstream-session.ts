/**
 * Renews a person's sign-in at the identity provider, one request at a time, because providers take a
 * second use for theft.
 */
import { claimsNow, refreshSignIn, type UpstreamTokens } from "../auth/sign-in/identity-provider.ts";
import { readRolePolicy, rolesFrom } from "../auth/sign-in/roles.ts";
import type { Env } from "../bindings.ts";
import { reasonOf } from "../observe/log.ts";
import type { Role } from "../toolkit/scopes.ts";
import type { PersonRecord, UpstreamToken } from "./person-record.ts";
import { pauseOf, standingLimits } from "./standing.ts";

/** What the identity provider says of the person now. `why` is for the audit: it quotes no token and no body. */
export type UpstreamStanding =
  | { readonly standing: "stands"; readonly roles: readonly Role[] }
  /** A sign-in or a sign-out came in between: what the provider said of the older token no longer matters. */
  | { readonly standing: "overtaken" }
  | { readonly standing: "refused"; readonly reason: RefusalReason; readonly why: string }
  | { readonly standing: "unavailable"; readonly why: string };

/**
 * - `upstream_refused`: the provider ended the sign-in: disabled, signed out there, expired.
 * - `upstream_refused_after_interruption`: so it says, but an earlier request had no answer. It may have rotated
 *   the token and the answer was lost with this object or the connection; to the provider, the older token then
 *   looks stolen. The person is as welcome as before and only has to sign in again.
 * - `no_role`: the provider vouches for them, and the role policy gives them nothing.
 * - `token_unreadable`: sealed under another SEALING_KEY.
 */
export type RefusalReason =
  | "upstream_refused"
  | "upstream_refused_after_interruption"
  | "no_role"
  | "token_unreadable";

const OVERTAKEN: UpstreamStanding = { standing: "overtaken" };

/**
 * The person's one sign-in at the identity provider, renewed by one caller at a time: providers rotate refresh
 * tokens and take a second use for theft, so two requests with the same one would sign the person out.
 */
export class UpstreamSession {
  readonly #env: Env;
  readonly #record: PersonRecord;
  readonly #take: (standing: UpstreamStanding) => void;
  #under_way: Promise<void> | null = null;

  /** @param take is told the result once for each request, before those who wait for it */
  constructor(env: Env, record: PersonRecord, take: (standing: UpstreamStanding) => void) {
    this.#env = env;
    this.#record = record;
    this.#take = take;
  }

  /**
   * Renews the sign-in, or joins a renewal under way. Does nothing where the provider gave no refresh token, or was
   * asked just now. Never throws for what the provider does.
   */
  async renew(): Promise<void> {
    if (this.#under_way === null && this.#askedJustNow()) return;
    const token = this.#record.upstream();
    if (token === null) return;
    this.#under_way ??= this.#renew(token).finally(() => {
      this.#under_way = null;
    });
    await this.#under_way;
  }

  async #renew(token: UpstreamToken): Promise<void> {
    this.#take(await this.#ask(token));
  }

  #askedJustNow(): boolean {
    const tried_at = this.#record.upstreamTriedAt();
    const since = Date.now() - (tried_at ?? Number.NEGATIVE_INFINITY);
    // A clock that went back must not silence anybody.
    return since >= 0 && since < pauseOf(standingLimits(this.#env));
  }

  async #ask({ refresh_token, generation, interrupted }: UpstreamToken): Promise<UpstreamStanding> {
    if (refresh_token === null) return refused("token_unreadable", "sealed under another SEALING_KEY");

    this.#record.upstreamAsked(Date.now());
    const answer = await refreshSignIn(this.#env, refresh_token);
    switch (answer.answer) {
      case "stands": {
        // The first thing done with the answer: from here on the older token is worthless.
        const current = this.#record.upstreamGranted(generation, answer.tokens.refresh_token);
        return current ? this.#roles(answer.tokens, generation) : OVERTAKEN;
      }
      case "refused": {
        if (!this.#record.isCurrent(generation)) return OVERTAKEN;
        return refused(interrupted ? "upstream_refused_after_interruption" : "upstream_refused", answer.why);
      }
      case "unavailable":
        return { standing: "unavailable", why: answer.why };
    }
  }

  async #roles(tokens: UpstreamTokens, generation: number): Promise<UpstreamStanding> {
    const read = readRolePolicy(this.#env.ROLE_POLICY);
    if (!read.ok) return { standing: "unavailable", why: read.problems.join("; ") };
    const { policy } = read;
    try {
      const claims = await claimsNow(this.#env, tokens, this.#record.require().subject, policy.claim);
      if (!this.#record.isCurrent(generation)) return OVERTAKEN;
      const roles = rolesFrom(policy, claims);
      if (roles.length === 0) return refused("no_role", `the claim "${policy.claim}" gives no role`);
      return { standing: "stands", roles };
    } catch (thrown) {
      return { standing: "unavailable", why: reasonOf(thrown) };
    }
  }
}

function refused(reason: RefusalReason, why: string): UpstreamStanding {
  return { standing: "refused", reason, why };
}
