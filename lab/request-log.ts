/** The list of every request that a simulator was sent. */
import type { FaultMode } from "./faults.ts";
import type { VendorRequest } from "./simulator.ts";

/** One request that a simulator was sent. */
export interface LoggedRequest {
  vendor: string;
  operation: string;
  request_id: string;
  /** ISO 8601 UTC, when it arrived. */
  at: string;
  fault: FaultMode | null;
  /** Null as long as it is held back, and for good if its connection was cut. */
  status: number | null;
}

const keep = 10_000;

/**
 * What was asked of the vendors, whether or not it had an effect: a vendor that refuses a repeat hides from the
 * list of effects that it was asked twice. In memory only: it is evidence about callers, not state of the estate.
 */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  /** Notes a request; the caller fills in the status when it is known. */
  begin(vendor: string, request: VendorRequest, fault: FaultMode | undefined): LoggedRequest {
    const entry: LoggedRequest = {
      vendor,
      operation: request.operation,
      request_id: request.requestId,
      at: new Date(request.now).toISOString(),
      fault: fault ?? null,
      status: null,
    };
    this.#entries.push(entry);
    if (this.#entries.length > keep) this.#entries.shift();
    return entry;
  }

  /** The newest requests, oldest first. */
  list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Forgets all requests. */
  clear(): void {
    this.#entries = [];
  }
}
