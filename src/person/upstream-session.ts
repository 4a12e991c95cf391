import { claimsNow, refreshSignIn, type UpstreamTokens } from "../auth/identity-provider.ts";
import { readRolePolicy, rolesFrom } from "../auth/roles.ts";
import { reasonOf } from "../observe/log.ts";
import type { Role } from "../path/scopes.ts";
import type { PersonRecord } from "./person-record.ts";

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
 * - `no_refresh_token`: the provider never gave one, so it can't be asked.
 * - `token_unreadable`: sealed under another SEALING_KEY.
 */
export type RefusalReason =
  | "upstream_refused"
  | "upstream_refused_after_interruption"
  | "no_role"
  | "no_refresh_token"
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
  #under_way: Promise<UpstreamStanding> | null = null;

  /** @param take is told the result once for each request, before those who wait for it */
  constructor(env: Env, record: PersonRecord, take: (standing: UpstreamStanding) => void) {
    this.#env = env;
    this.#record = record;
    this.#take = take;
  }

  /** Renews the sign-in, or joins a renewal under way. Never throws for what the provider does. */
  renew(): Promise<UpstreamStanding> {
    this.#under_way ??= this.#renew().finally(() => {
      this.#under_way = null;
    });
    return this.#under_way;
  }

  async #renew(): Promise<UpstreamStanding> {
    const standing = await this.#ask();
    this.#take(standing);
    return standing;
  }

  async #ask(): Promise<UpstreamStanding> {
    const token = this.#record.upstream();
    if (token === null) return refused("no_refresh_token", "there is no refresh token to renew with");
    const { refresh_token, generation, interrupted } = token;
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
