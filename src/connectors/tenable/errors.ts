/** How Tenable says that something went wrong, as one table. */
import { failureOfStatus } from "../../downstream/failures.ts";
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

  // Limits exist, their numbers aren't published: this one is ours.
  budget: {
    per_minute: () => 300,
    shares: { "tenable.read": 0.7, "tenable.scan": 0.2 },
    kept_for_changes: { "tenable.read": 0.1 },
  },

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
function failureOf(answer: UpstreamAnswer, asked: Asked): Failure {
  if (answer.status === 404 && isExport(asked)) return exportGone();
  return failureOfStatus(tenable, answer.status, answer, asked, PERMISSIONS[asked.operation]);
}

function isExport({ operation }: Asked): boolean {
  return operation === OPERATIONS.exportStatus || operation === OPERATIONS.downloadChunk;
}

/** Exports are kept for 24 hours, and only a cursor can name one that is older. */
function exportGone(): Failure {
  const message = "belongs to an export that Tenable no longer has; it keeps them for 24 hours";
  return new Failure("invalid_input", `The cursor ${message}.`, {
    next_step: "Leave cursor out to begin at the first page of a new export.",
    issues: [
      {
        path: "cursor",
        message: `It ${message}.`,
        expected: "next_cursor of an answer of the last 24 hours",
        hint: "Leave it out.",
      },
    ],
    upstream_status: 404,
  });
}
