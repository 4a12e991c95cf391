/**
 * Declares how connectors ask a vendor: requests, answers, patience, and the upstream that reads go
 * through.
 */
import type * as z from "zod";
import type { Failure } from "../failure.ts";
import type { JsonObject } from "../json.ts";

/** One HTTP request to a vendor, without credential and without host: both are added by the path. */
export interface UpstreamRequest {
  /** The vendor document's operationId; the audit and the fault matrix use it. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the vendor's base URL, each segment already encoded. */
  readonly path: string;
  /** A list goes out as the parameter repeated. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly json?: JsonObject;
  /** Beside those that every request has. None of them can replace a credential. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The tool's arguments that stand in the request, by name. A refusal can only be laid at the caller's door if it is
   * about one of them.
   */
  readonly about?: readonly string[];
  /** For an operation that takes longer than others of its vendor, or isn't worth asking twice. */
  readonly patience?: Partial<Omit<Patience, "deadline_ms">>;
}

/** How long a vendor is waited for. */
export interface Patience {
  /** How often it is asked at most, the first time included. */
  readonly attempts: number;
  /** How long one attempt may take, in milliseconds. */
  readonly attempt_ms: number;
  /** How long all that a call reads of it may take together, in milliseconds. */
  readonly deadline_ms: number;
}

/** A vendor's answer, read to its end. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Raw text. Never part of a result, a log or an audit event. */
  readonly body: string;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
}

/** One exchange with a vendor, for the audit: what was asked, how often, and how it ended. */
export interface UpstreamExchange {
  readonly source: string;
  readonly operation: string;
  readonly attempts: number;
  /** The last HTTP status, or `null` if there was no answer. */
  readonly status: number | null;
  readonly latency_ms: number;
}

/** What is wanted of a list that may be too long to be read as a whole. */
export interface ListWindow<Element> {
  /** How many elements are passed over. */
  readonly from: number;
  /** How many are kept at most. At least one. */
  readonly most: number;
  /** Which are kept. */
  readonly keep: (element: Element) => boolean;
}

/** A part of a list. */
export interface ListPart<Element> {
  readonly kept: readonly Element[];
  /** The `from` with which to go on, or `null` where nothing is left. */
  readonly next: number | null;
  /** How many elements were passed over because they couldn't be read. */
  readonly unreadable: number;
}

/** A vendor's API through one read credential: retried, bounded, behind a breaker, validated. */
export interface Upstream {
  /** The vendor's name, as in `coverage.sources`. */
  readonly source: string;
  /**
   * Sends `request`, retrying what is worth retrying, and parses the answer.
   * @throws Failure of every kind but `in_doubt`; `contract` when `schema` doesn't hold.
   */
  read<Schema extends z.ZodType>(request: UpstreamRequest, schema: Schema): Promise<z.output<Schema>>;
  /** The same, with the answer's headers: some vendors put the next page there. */
  readWithHeaders<Schema extends z.ZodType>(
    request: UpstreamRequest,
    schema: Schema,
  ): Promise<{ readonly body: z.output<Schema>; readonly headers: Headers }>;
  /**
   * Reads a part of an answer that is one long list, in memory for one element at a time.
   * @throws the same, with the element's place in the path
   */
  readList<Schema extends z.ZodType>(
    request: UpstreamRequest,
    element: Schema,
    window: ListWindow<z.output<Schema>>,
  ): Promise<ListPart<z.output<Schema>>>;
}

/** An upstream that nothing can be asked through, and why. */
export function refusingUpstream(source: string, failure: Failure): Upstream {
  const refuse = () => Promise.reject(failure);
  return { source, read: refuse, readWithHeaders: refuse, readList: refuse };
}
