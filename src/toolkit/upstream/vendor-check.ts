import type { Credential } from "./credential.ts";
import type { Upstream } from "./upstream.ts";

/**
 * A look at a vendor that shows whether a credential and the settings around it will do, before anybody needs them.
 * It reads as little as it can, and changes nothing.
 */
export interface VendorCheck {
  /** What is looked at, in a few words: "create screen". */
  readonly name: string;
  readonly credential: Credential;
  /**
   * What is wrong: sentences that name the variable and what to set. Empty if nothing is.
   * @throws Failure if the vendor could not be asked, or refuses the credential
   */
  readonly run: (upstream: Upstream, env: Env) => Promise<readonly string[]>;
}
