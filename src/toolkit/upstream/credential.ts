/** Declares a credential: where its secret is, how a token is made of it, and how that goes on a request. */
import type * as z from "zod";
import type { Vendor } from "./vendor.ts";

/** A short-lived token as a vendor issued it. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/** What a token is made of. */
export interface Minting<Settings> {
  readonly settings: Settings;
  /** By variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, from which the token's life is counted. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * One credential at one vendor, for one purpose. It says where its secret is found and how it becomes a
 * token; it never holds the secret, and nothing that it throws contains one.
 */
// biome-ignore lint/suspicious/noExplicitAny: credentials of all vendors lie in one list; each is made of its own vendor's settings
export interface Credential<Settings = any> {
  /** `<vendor>.<purpose>`; names the broker object, and is what people see. */
  readonly name: string;
  readonly vendor: Vendor;
  /** What it may do at the vendor, in the vendor's own words. */
  readonly permission: string;
  /** The variables that hold its secrets, and what they must be. */
  readonly secrets: z.ZodObject;
  /** The vendor's API, without a slash at its end. */
  readonly baseUrl: (settings: Settings) => string;
  /**
   * Gets a fresh token from the vendor, without repeating what failed.
   * @throws Failure `credential_rejected` if the vendor refuses the credential, a transient one or `contract`
   */
  readonly mint: (minting: Minting<Settings>) => Promise<AccessToken>;
  /** Puts a token on a request, and whatever else every request with this credential needs. */
  readonly authorize: (headers: Headers, token: string, settings: Settings) => void;
  /**
   * Adds what has to be made for one request, where the vendor wants such a thing: a proof of its method and address.
   * @param now milliseconds since the epoch
   */
  readonly prove?: (request: Request, token: string, now: number) => Promise<void>;
}
