/** How Tenable says that something went wrong, as one table. */
import {
  contractChanged,
  credentialRejected,
  rateLimited,
  rejected,
  timedOut,
  unavailable,
} from "../../downstream/failures.ts";
import { waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import { Failure } from "../../path/failure.ts";
import { ConflictingExport } from "./schemas.ts";

/** The operations that are used, by the names in the vendor's document. */
export const OPERATIONS = {
  requestExport: "exports-vulns-request-export",
  exportStatus: "exports-vulns-export-status",
  downloadChunk: "exports-vulns-download-chunk",
  listScans: "scans-list",
  launchScan: "scans-launch",
} as const;

/** What a user needs for each operation, in the words of the vendor's document. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [OPERATIONS.requestExport]: "Basic [16], with Can View on the assets",
  [OPERATIONS.exportStatus]: "Basic [16]",
  [OPERATIONS.downloadChunk]: "Basic [16]",
  [OPERATIONS.listScans]: "Basic [16], with Can View on the scan",
  [OPERATIONS.launchScan]:
    "Scan Operator [24], with Can Execute on the scan (or the scan is disabled: Tenable answers the same)",
};

export const tenable: Vendor = {
  name: "tenable",
  title: "Tenable",

  errorOf(answer, payload, asked) {
    const { status } = answer;
    if (status >= 200 && status <= 299) return null;
    // No failure, but an answer to the question: the export is under way already.
    const adopts = status === 409 && asked.operation === OPERATIONS.requestExport;
    if (adopts && ConflictingExport.safeParse(payload).success) return null;
    return failureOf(answer, asked);
  },

  retryAfterMs: waitByRetryAfter,
};

/** Nothing here depends on the body: a 429's is a page, and some refusals are documented without one. */
function failureOf({ status, headers, at }: UpstreamAnswer, asked: Asked): Failure {
  const retry_after_ms = tenable.retryAfterMs(headers, at);
  switch (status) {
    case 401:
      return credentialRejected(tenable, asked, status);
    case 403:
      return credentialRejected(tenable, asked, status, PERMISSIONS[asked.operation]);
    case 404:
      return isExport(asked) ? exportGone() : rejected(tenable, status);
    case 408:
    case 504:
      return timedOut(tenable);
    case 429:
      return rateLimited(tenable, { status, retry_after_ms });
    default:
      if (status >= 500) return unavailable(tenable, { status, retry_after_ms });
      if (status >= 400) return rejected(tenable, status);
      // A redirect, or a success that isn't one.
      return contractChanged(tenable, asked.operation, "", { status });
  }
}

function isExport({ operation }: Asked): boolean {
  return operation === OPERATIONS.exportStatus || operation === OPERATIONS.downloadChunk;
}

/** Exports are kept for 24 hours, and only a cursor can name one that is older. */
function exportGone(): Failure {
  const message = "belongs to an export that Tenable no longer has; it keeps them for 24 hours";
  return new Failure("invalid_input", `The cursor ${message}.`, {
    next_step: "Leave cursor out to begin at the first page of a new export.",
    issues: [{ path: "cursor", message, expected: "next_cursor of an answer of the last 24 hours" }],
    upstream_status: 404,
  });
}
