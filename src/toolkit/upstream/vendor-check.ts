/** Declares a check of a credential and the settings around it, which reads and changes nothing. */
import type { Env } from "../../bindings.ts";
import type { Credential } from "./credential.ts";
import type { Upstream } from "./upstream.ts";

/**
 * A look at a vendor that shows whether a credential and the settings around it will do, before anybody needs them.
 * It reads as little as it can, and changes nothing.
 */
// biome-ignore lint/suspicious/noExplicitAny: checks of all vendors lie in one list; each is made for its own vendor's settings
export interface VendorCheck<Settings = any> {
  /** What is looked at, in a few words: "create screen". */
  readonly name: string;
  readonly credential: Credential;
  /**
   * What is wrong: sentences that name the variable and what to set. Empty if nothing is.
   * @throws Failure if the vendor could not be asked, or refuses the credential
   */
  readonly run: (upstream: Upstream, settings: Settings, env: Env) => Promise<readonly string[]>;
}
