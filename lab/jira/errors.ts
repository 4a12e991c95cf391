/** The form of Jira's failures. */
import type { VendorReply } from "../simulator.ts";

const messages: Record<number, string> = {
  400: "The request is not valid.",
  401: "Client must be authenticated to access this resource.",
  403: "You do not have permission to do this.",
  404: "Issue does not exist or you do not have permission to see it.",
  422: "The configuration does not allow this.",
  429: "Rate limit exceeded.",
  500: "Internal server error",
  503: "Service unavailable",
};

/** A failure as `ErrorCollection` has it: messages, and one for each field that is wrong. */
export function failure(
  status: number,
  message = messages[status] ?? `Request failed with status ${status}`,
): VendorReply {
  return { status, body: { errorMessages: [message], errors: {} } };
}

/** A 400 that says of each field what is wrong with it. */
export function invalidFields(errors: Record<string, string>): VendorReply {
  return { status: 400, body: { errorMessages: [], errors } };
}
