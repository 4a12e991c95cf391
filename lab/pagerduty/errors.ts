/** The form of PagerDuty's failures. */
import type { VendorReply } from "../simulator.ts";

/** The vendor's own code and words for a status. */
const known: Record<number, { code: number; message: string }> = {
  400: { code: 2001, message: "Invalid Input Provided" },
  402: { code: 2012, message: "Account does not have the ability" },
  401: { code: 2006, message: "Unauthorized" },
  403: { code: 2010, message: "Access Denied" },
  404: { code: 2100, message: "Not Found" },
  429: { code: 2020, message: "Rate Limit Exceeded" },
  500: { code: 2000, message: "Internal Server Error" },
};

/** Failures with a code of their own, beside the one of their status. */
const special = {
  requester: { code: 1008, message: "Requester User Not Found", errors: ["Requester User Not Found"] },
  noRequester: {
    code: 2016,
    message: 'You must specify a user\'s email address in the "From" header to perform this action.',
    errors: [],
  },
  service: { code: 2002, message: "Arguments Caused Error", errors: ["Service not found"] },
  duplicate: {
    code: 2002,
    message: "Arguments Caused Error",
    errors: ["Open incident with matching dedup key already exists on this service"],
  },
} as const;

/** A 400 about who asks, or about what the request refers to. */
export function refusal(about: keyof typeof special): VendorReply {
  return { status: 400, body: { error: special[about] } };
}

/** A failure in the vendor's shape, with what is said in detail. */
export function failure(status: number, ...errors: string[]): VendorReply {
  const { code, message } = known[status] ?? {
    code: status,
    message: `Request failed with status ${status}`,
  };
  return { status, body: { error: { code, message, ...(errors.length > 0 ? { errors } : {}) } } };
}
