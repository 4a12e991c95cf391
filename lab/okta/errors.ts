/** The forms of Okta's failures. */
import type { VendorReply, VendorRequest } from "../simulator.ts";

/** Okta's own codes, by the HTTP status that they come with. */
const codes: Record<number, readonly [code: string, summary: string]> = {
  400: ["E0000001", "Api validation failed"],
  401: ["E0000011", "Invalid token provided"],
  403: ["E0000006", "You do not have permission to perform the requested action"],
  404: ["E0000007", "Not found: Resource not found"],
  405: ["E0000022", "The endpoint does not support the provided HTTP method"],
  411: ["E0000003", "The request body was not well-formed."],
  429: ["E0000047", "API call exceeded rate limit due to too many requests."],
  500: ["E0000009", "Internal Server Error"],
};

/** The body of an error: a code to decide by, and words for people. */
export function errorBody(request: VendorRequest, status: number, cause?: string): object {
  const [errorCode, summary] = codes[status] ?? ["E0000009", "Internal Server Error"];
  return {
    errorCode,
    errorSummary: cause === undefined ? summary : `${summary}: ${cause}`,
    errorLink: errorCode,
    errorId: `oae${request.traceId.replaceAll("-", "").slice(0, 22)}`,
    errorCauses: cause === undefined ? [] : [{ errorSummary: cause }],
  };
}

const oauthCodes: Record<number, readonly [error: string, description: string]> = {
  400: ["invalid_request", "The request is not valid."],
  401: ["invalid_client", "Client authentication failed."],
  403: ["access_denied", "The client is not allowed to do this."],
};

/** A failure, in the management API's shape, or in OAuth's at the token endpoint. */
export function failure(request: VendorRequest, status: number, cause?: string): VendorReply {
  const oauth = request.operation === "token" ? oauthCodes[status] : undefined;
  return oauth
    ? oauthFailure(status, oauth[0], cause ?? oauth[1])
    : { status, body: errorBody(request, status, cause) };
}

/** RFC 6749 §5.2. */
export function oauthFailure(status: number, error: string, error_description: string): VendorReply {
  return { status, body: { error, error_description } };
}
