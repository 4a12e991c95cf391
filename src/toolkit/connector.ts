/** What one vendor contributes to a deployment, as one value. */
import type { Tool } from "./tool.ts";
import type { Credential } from "./upstream/credential.ts";
import type { VendorCheck } from "./upstream/vendor-check.ts";

/** One vendor, or sources that only answer together. */
export interface Connector {
  /** As in the names of its credentials. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Each for one purpose, so that any one can be revoked alone. */
  readonly credentials: readonly Credential[];
  readonly tools: readonly Tool[];
  /** What `npm run doctor` tries at the vendor. */
  readonly checks: readonly VendorCheck[];
}
