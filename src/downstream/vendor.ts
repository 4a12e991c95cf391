import type { Failure } from "../path/failure.ts";
import type { Patience, UpstreamAnswer } from "./upstream.ts";
import type { Budget } from "./vendor-budget.ts";

/** What was asked, and with what: enough to say in an error which permission is missing where. */
export interface Asked {
  /** The vendor document's operationId. */
  readonly operation: string;
  /** Name of the credential, never the credential itself. */
  readonly credential: string;
  /** The tool's arguments that stand in the request. */
  readonly about?: readonly string[];
}

/** How one vendor says that something went wrong. */
export interface Vendor {
  /** As in `coverage.sources`. */
  readonly name: string;
  /** As people write it, for messages. */
  readonly title: string;
  /** How much of what the vendor allows this instance uses. */
  readonly budget: Budget;
  /** Where it is slower than most. */
  readonly patience?: Partial<Patience>;
  /**
   * What an answer means as a failure, or `null` if it is a success. Pure.
   * Nothing of the vendor's own text may enter the failure.
   * @param payload the body as JSON, or `undefined` if it isn't JSON
   */
  readonly errorOf: (answer: UpstreamAnswer, payload: unknown, asked: Asked) => Failure | null;
  /**
   * How long the vendor asks us to wait, in milliseconds, or `null` if it doesn't say.
   * @param now milliseconds since the epoch
   */
  readonly retryAfterMs: (headers: Headers, now: number) => number | null;
}
