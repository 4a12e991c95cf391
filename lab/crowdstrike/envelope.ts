/** The envelope of Falcon's answers. */
import type { VendorReply, VendorRequest } from "../simulator.ts";

/** One entry of `errors[]`. A 2xx can carry them too: what failed is named there, what worked is in `resources`. */
export interface ApiError {
  code: number;
  message: string;
}

/** `meta.pagination` of a query. */
export interface Pagination {
  offset: number | string;
  limit: number;
  total: number;
  /** Epoch nanoseconds, for a scroll. */
  expires_at?: number;
}

interface Contents {
  resources?: readonly unknown[];
  errors?: readonly ApiError[];
  pagination?: Pagination;
  /** How many things a change affected. */
  affected?: number;
}

function service(operation: string): string {
  if (operation.startsWith("oauth2")) return "csam";
  return operation.includes("Alerts") ? "detectsapi" : "device-api";
}

/** Falcon's envelope: `meta`, `errors` and, except in bare failures, `resources`. */
export function envelope(request: VendorRequest, status: number, contents: Contents): VendorReply {
  const { resources, errors = [], pagination, affected } = contents;
  const meta = {
    query_time: 0.012,
    ...(pagination && { pagination }),
    powered_by: service(request.operation),
    trace_id: request.traceId,
    ...(affected !== undefined && { writes: { resources_affected: affected } }),
  };
  return { status, body: { meta, errors, ...(resources && { resources }) } };
}

const messages: Record<number, string> = {
  400: "Bad Request",
  401: "access denied, invalid bearer token",
  403: "access denied, authorization failed",
  404: "404: Page Not Found",
  409: "Conflict",
  429: "API rate limit exceeded.",
  500: "Internal Server Error: Please provide trace-id to support",
  503: "Service Unavailable",
};

/** What the gateway refuses before any service sees it. Of things by id, a service says itself that they don't exist. */
function isGateways(status: number, { operation }: VendorRequest): boolean {
  return [401, 403, 429].includes(status) || (status === 404 && operation.includes("Quer"));
}

/** A failure: one error of that code, as the document's `msa.ReplyMetaOnly` and its kin have it. */
export function failure(request: VendorRequest, status: number, message = messages[status]): VendorReply {
  const errors = [{ code: status, message: message ?? `Request failed with status ${status}` }];
  if (!isGateways(status, request)) return envelope(request, status, { errors, resources: [] });
  const meta = { query_time: 1.64e-7, powered_by: "crowdstrike-api-gateway", trace_id: request.traceId };
  return { status, body: { meta, errors } };
}

/** What is said of an id that no device has. */
export function unknownDevice(id: string): ApiError {
  return { code: 404, message: `No matching device found for ID ${id}` };
}
