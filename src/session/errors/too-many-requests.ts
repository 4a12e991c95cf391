/** Answers a rate-limited request with HTTP 429 and how long to wait. */
import { errorAnswer, type Result } from "../../path/answer.ts";
import { type Failure, type PublicError, publicError } from "../../toolkit/failure.ts";
import { rpcError } from "./rpc-error.ts";

/** JSON-RPC's range for errors that an implementation defines. */
const TOO_MANY = -32029;

/**
 * 429 with how long to wait (RFC 6585 section 4), where no tool result can say so.
 * @param result what a call came to
 * @param id of the request
 */
export function tooManyRequests(
  result: Result,
  { message, retry_after_ms = 0 }: PublicError,
  id: unknown,
): Response {
  return rpcError(429, TOO_MANY, message, {
    id,
    data: result,
    headers: { "retry-after": String(Math.ceil(retry_after_ms / 1000)) },
  });
}

/** The same for a request that is no call: nothing is audited of those, so there is no event to name. */
export function refusedRequest(failure: Failure, id: unknown): Response {
  return tooManyRequests({ ...errorAnswer(failure), audit_id: null }, publicError(failure), id);
}
