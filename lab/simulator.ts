/** What a simulator of a vendor is. */
import type { Paging } from "./paging.ts";

/** A request as a simulator sees it: already read, with nothing of HTTP's machinery. */
export interface VendorRequest {
  operation: string;
  /** Values of the path's `{parameters}`. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  body: string;
  /** The caller's X-Request-Id, else the trace id. */
  requestId: string;
  /** A fresh id for this answer. */
  traceId: string;
  /** Epoch ms. */
  now: number;
}

/** What a simulator answers; `body` is sent as JSON, `text` as it is, and nothing is sent without either. */
export interface VendorReply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** For what a vendor doesn't say in JSON. Its content type belongs into `headers`. */
  text?: string;
}

/** One operation of a vendor's API. */
export interface Operation {
  /** The operationId in the vendor's own document. */
  id: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As in the vendor's document, with `{parameters}`. */
  path: string;
  /** Whether the caller shows a token that can expire. */
  takesToken: boolean;
  /**
   * Answers a request. Synchronous: it runs in one transaction together with the effects that it records, so
   * that whatever it did is on disk before a byte of the answer leaves.
   */
  handle(request: VendorRequest): VendorReply;
  /** For an operation whose answer is a page, or has a total. */
  paging?: Paging;
}

/** A vendor. Adding one is a folder that makes one of these, and a line in `vendors.ts`. */
export interface Simulator {
  /** Names the vendor in faults and effects, and is its path: `/<vendor>/…`. */
  vendor: string;
  operations: readonly Operation[];
  /** A failure in the vendor's own shape. */
  failure(request: VendorRequest, status: number): VendorReply;
  /** The vendor's way to say: not before `until` (epoch ms). `nth` counts from 1, for vendors that vary the form. */
  rateLimited(request: VendorRequest, until: number, nth: number): VendorReply;
  /** The vendor's answer to a token that it doesn't accept. */
  tokenRefused(request: VendorRequest): VendorReply;
  /** A 2xx that reports errors and did nothing. */
  partial(request: VendorRequest): VendorReply;
  /** The body as it would be after an unannounced change of the API: fields renamed and retyped. */
  drift(body: unknown): unknown;
  /** Headers that the vendor puts on every answer. */
  headers(request: VendorRequest, reply: VendorReply): Record<string, string>;
}
