/** Grants and their refresh tokens, as the token endpoint speaks of them to the object of their person. */

/** One authorization inside a session: one family of refresh tokens. */
export interface Grant {
  readonly grant_id: string;
  readonly session_id: string;
}

/** How a grant began: what its person can know it by. Nothing secret. */
export interface GrantOrigin {
  /** What the person allowed on the consent page. */
  readonly scopes: readonly string[];
  /** When they did, in milliseconds since the epoch. */
  readonly signed_in_at: number;
  /** What the client held before ended with it: it is a registered client, and they are one machine's. */
  readonly replaces: boolean;
  /** The address of their browser, and the city and country that the platform knows it by. */
  readonly address: string | null;
  readonly place: string | null;
}

/** A refresh token that a client presents. */
export interface PresentedToken extends Grant {
  /** base64url(SHA-256) of it, which itself is kept nowhere. */
  readonly digest: string;
}

/** What a refresh token was exchanged for. */
export interface Exchange {
  readonly grant_id: string;
  /** Digests of the token that was presented, and of its successor. */
  readonly digest: string;
  readonly successor: string;
  /** The answer, sealed with a key that only the presented token gives. */
  readonly sealed: string;
}

/** What is to be done with a token that the OAuth provider found genuine. */
export type GrantVerdict =
  /** Its grant has ended. */
  | { readonly verdict: "ended" }
  /** Its successor was used: two have it, or had. */
  | { readonly verdict: "reused" }
  /** It was exchanged just now: a request that presents it gets that answer. */
  | { readonly verdict: "exchanged"; readonly sealed: string }
  | { readonly verdict: "exchange" };
