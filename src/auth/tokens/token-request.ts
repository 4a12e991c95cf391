/**
 * Keeps what is known of the token request under way, and seals its answer for others that present the same
 * token.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type { Env } from "../../bindings.ts";
import type { CountedRefusal } from "../refusal-counter.ts";
import { open, seal } from "../seal.ts";

/** A token of ours, or what looks like one. The provider writes tokens as user, grant and secret. */
export interface TokenParts {
  readonly user: string;
  readonly grant_id: string;
}

/** A refresh token that a client presents. */
export interface PresentedRefresh extends TokenParts {
  readonly token: string;
  /** What is kept of it: base64url(SHA-256). */
  readonly digest: string;
}

/**
 * What is known of the token request that is being answered. The OAuth provider calls back with the grant, and not with
 * the token that was presented, and says why it refuses to its error hook only.
 */
export interface TokenRequest {
  readonly presented: PresentedRefresh | null;
  /** This request exchanges the token; others that present the same one wait for its answer. */
  leads: boolean;
  /** The answer of the one that led. */
  answer: string | null;
  /** Why the provider refuses. */
  refusal: CountedRefusal | null;
}

const requests = new AsyncLocalStorage<TokenRequest>();

/** Answers a token request, which its callbacks then find by {@link currentTokenRequest}. */
export function duringTokenRequest<Answer>(request: TokenRequest, answer: () => Answer): Answer {
  return requests.run(request, answer);
}

/** The token request that is being answered, if one is. */
export function currentTokenRequest(): TokenRequest | undefined {
  return requests.getStore();
}

/** The parts of a token, or `null` if it has another form. */
export function partsOf(token: string): TokenParts | null {
  const [user, grant_id, secret, ...more] = token.split(":");
  return user && grant_id && secret && more.length === 0 ? { user, grant_id } : null;
}

/** What is kept of a token. */
export function tokenDigest(token: string): string {
  return sha256(token);
}

/** Seals an answer for those who present the same token: nobody else has the key, not even this instance. */
export function sealAnswer({ TENANT }: Pick<Env, "TENANT">, token: string, answer: string): string {
  return seal({ TENANT, SEALING_KEY: keyFrom(token) }, "refresh-answer", [], answer);
}

/** What {@link sealAnswer} sealed. @throws Error if it was another token's */
export function openAnswer({ TENANT }: Pick<Env, "TENANT">, token: string, sealed: string): string {
  const answer = open({ TENANT, SEALING_KEY: keyFrom(token) }, "refresh-answer", [], sealed);
  if (answer === null) throw new Error("the answer to a refresh was sealed for another token");
  return answer;
}

/** Of another text than the digest that is stored beside what it seals. */
function keyFrom(token: string): string {
  return sha256(`refresh-answer\n${token}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
