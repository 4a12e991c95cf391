import type { VendorReply } from "../simulator.ts";

/** The vendor's own code and words for a status. */
const known: Record<number, { code: number; message: string }> = {
  400: { code: 2001, message: "Invalid Input Provided" },
  401: { code: 2006, message: "Unauthorized" },
  403: { code: 2010, message: "Access Denied" },
  404: { code: 2100, message: "Not Found" },
  429: { code: 2020, message: "Rate Limit Exceeded" },
  500: { code: 2000, message: "Internal Server Error" },
};

/** A failure in the vendor's shape, with what is said in detail. */
export function failure(status: number, ...errors: string[]): VendorReply {
  const { code, message } = known[status] ?? {
    code: status,
    message: `Request failed with status ${status}`,
  };
  return { status, body: { error: { code, message, ...(errors.length > 0 ? { errors } : {}) } } };
}
