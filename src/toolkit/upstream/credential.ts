import type { Vendor } from "./vendor.ts";

/** A short-lived token as a vendor issued it. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/**
 * One credential at one vendor, for one purpose. It says where its secret is found and how it becomes a
 * token; it never holds the secret, and nothing that it throws contains one.
 */
export interface Credential {
  /** `<vendor>.<purpose>`; names the broker object, and is what people see. */
  readonly name: string;
  readonly vendor: Vendor;
  /** What it may do at the vendor, in the vendor's own words. */
  readonly permission: string;
  /** The vendor's API, without a slash at its end. */
  readonly baseUrl: (env: Env) => string;
  /**
   * Gets a fresh token from the vendor, without repeating what failed.
   * @param now milliseconds since the epoch, from which the token's life is counted
   * @throws Failure `credential_rejected` if the vendor refuses the credential, a transient one or `contract`
   */
  readonly mint: (env: Env, now: number, signal: AbortSignal) => Promise<AccessToken>;
  /** Puts a token on a request, and whatever else every request with this credential needs. */
  readonly authorize: (headers: Headers, token: string, env: Env) => void;
  /**
   * Adds what has to be made for one request, where the vendor wants such a thing: a proof of its method and address.
   * @param now milliseconds since the epoch
   */
  readonly prove?: (request: Request, token: string, now: number) => Promise<void>;
  /** What is wrong with its configuration: one sentence for each variable, naming it. Empty if nothing is. */
  readonly problems: (env: Env) => readonly string[];
}
