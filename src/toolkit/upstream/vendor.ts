/** Declares a vendor: its settings, its budget, and what its errors mean. */
import type * as z from "zod";
import type { Failure } from "../failure.ts";
import type { Patience, UpstreamAnswer } from "./upstream.ts";

/** What was asked, and with what: enough to say in an error which permission is missing where. */
export interface VendorQuestion {
  /** The vendor document's operationId. */
  readonly operation: string;
  /** Name of the credential, never the credential itself. */
  readonly credential: string;
  /** The tool's arguments that stand in the request. */
  readonly about?: readonly string[];
}

/** What a vendor may be asked. */
// biome-ignore lint/suspicious/noExplicitAny: budgets of all vendors are read in one place; each is made for its own settings
export interface Budget<Settings = any> {
  /** Requests a minute of all credentials together, where VENDOR_BUDGETS says nothing else. */
  readonly per_minute: (settings: Settings) => number;
  /**
   * Requests at once after a quiet while, where a vendor documents how many. A broker that was taken from memory
   * meanwhile may give them twice; then the vendor's own answer holds.
   */
  readonly burst?: (settings: Settings) => number;
  /**
   * The part of each credential, by name. Parts of one whole: what reads use up is never what a containment needs,
   * and no credential has to ask what the others have used.
   */
  readonly shares: Readonly<Record<string, number>>;
  /**
   * Parts of the same whole for credentials that reads share with state changes: only changes get them, for the look
   * without which none is made. Else whoever reads without end would keep everybody from containing anything.
   */
  readonly kept_for_changes?: Readonly<Record<string, number>>;
}

/** One vendor: its settings, how it says that something went wrong, and how often it may be asked. */
export interface Vendor<Settings extends z.ZodObject = z.ZodObject> {
  /** As in `coverage.sources`. */
  readonly name: string;
  /** As people write it, for messages. */
  readonly title: string;
  /** The variables that say where and how it is asked, secrets aside. One is its `<PREFIX>_BASE_URL`. */
  readonly settings: Settings;
  /** How much of what the vendor allows this instance uses. */
  readonly budget: Budget<z.output<Settings>>;
  /** Where it is slower than most. */
  readonly patience?: Partial<Patience>;
  /**
   * What an answer means as a failure, or `null` if it is a success. Pure.
   * Nothing of the vendor's own text may enter the failure.
   * @param payload the body as JSON, or `undefined` if it isn't JSON
   */
  readonly errorOf: (answer: UpstreamAnswer, payload: unknown, asked: VendorQuestion) => Failure | null;
  /**
   * How long the vendor asks us to wait, in milliseconds, or `null` if it doesn't say.
   * @param now milliseconds since the epoch
   */
  readonly retryAfterMs: (headers: Headers, now: number) => number | null;
}
