/** The two forms of Kibana's failures. */
import type { VendorReply } from "../simulator.ts";

const names: Record<number, readonly [error: string, message: string]> = {
  400: ["Bad Request", "[request body]: Invalid input"],
  401: ["Unauthorized", "[security_exception]: unable to authenticate with provided credentials"],
  403: ["Forbidden", "API is unauthorized for this API key"],
  404: ["Not Found", "Not Found"],
  429: ["Too Many Requests", "Too many requests"],
  500: ["Internal Server Error", "An internal server error occurred."],
  503: ["Service Unavailable", "License is not available."],
};

/** A failure of Kibana itself: what is refused before, or outside of, the code that an operation is about. */
export function platformFailure(statusCode: number, message?: string): VendorReply {
  const [error, usual] = names[statusCode] ?? ["Error", `Request failed with status ${statusCode}.`];
  return { status: statusCode, body: { statusCode, error, message: message ?? usual } };
}

/** A failure of the detection engine, which spells the status in its own way. */
export function siemFailure(status_code: number, message?: string): VendorReply {
  const usual = names[status_code]?.[1] ?? `Request failed with status ${status_code}.`;
  return { status: status_code, body: { message: message ?? usual, status_code } };
}
