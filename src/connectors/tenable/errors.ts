/** How Tenable says that something went wrong, as one table. */

import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import {
  failureOfStatus,
  misconfigured,
  redirected,
  rejected,
  unavailable,
} from "../../toolkit/upstream/failures.ts";
import { waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { ConflictingExport } from "./schemas.ts";
import { tenableSettings } from "./settings.ts";

/** The operations that are used, by the names in the vendor's document. */
export const TENABLE_OPERATIONS = {
  requestExport: "exports-vulns-request-export",
  exportStatus: "exports-vulns-export-status",
  downloadChunk: "exports-vulns-download-chunk",
  listScans: "scans-list",
  launchScan: "scans-launch",
  listAssets: "assets-list-assets",
  getAsset: "assets-asset-info",
} as const;

/** What a user needs for each operation, in the words of the vendor's document. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [TENABLE_OPERATIONS.requestExport]: "Basic [16], with Can View on the assets",
  [TENABLE_OPERATIONS.exportStatus]: "Basic [16]",
  [TENABLE_OPERATIONS.downloadChunk]: "Basic [16]",
  [TENABLE_OPERATIONS.listAssets]: "Basic [16], with Can View on the assets",
  [TENABLE_OPERATIONS.getAsset]: "Basic [16], with Can View on the asset",
  [TENABLE_OPERATIONS.listScans]: "Basic [16], with Can View on the scan",
  [TENABLE_OPERATIONS.launchScan]:
    "Scan Operator [24], with Can Execute on the scan (or the scan is disabled: Tenable answers the same)",
};

export const tenable: Vendor = {
  name: "tenable",
  title: "Tenable",
  settings: tenableSettings,

  // An export of a large tenant is slow, and so is each part of it.
  patience: { attempt_ms: 15_000, deadline_ms: 45_000 },

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
    const adopts = status === 409 && asked.operation === TENABLE_OPERATIONS.requestExport;
    if (adopts && ConflictingExport.safeParse(payload).success) return null;
    return failureOf(answer, payload, asked);
  },

  retryAfterMs: waitByRetryAfter,
};

/** The arguments of ours that stand in fields of a request, by the vendor's names for these. */
const ARGUMENT_OF: Readonly<Record<string, string>> = {
  cidr_range: "device",
  cve_id: "cve_id",
  severity: "severity",
  since: "since",
  scan_id: "scan_id",
  asset_uuid: "device",
};

/** Fields that we send and no argument of a call stands in. */
const OUR_FIELDS: ReadonlySet<string> = new Set(["num_assets", "include_unlicensed", "state", "filters"]);

/** What a 400 objects to, where it says. */
const Invalid = z.object({ validation: z.object({ keys: z.array(z.string()) }) });

/** Little depends on the body: a 429's is a page, and some refusals are documented without one. */
function failureOf(answer: UpstreamAnswer, payload: unknown, asked: VendorQuestion): Failure {
  const { status } = answer;
  if (status === 404 && isExport(asked)) {
    // Without a cursor, it is an export of ours that has gone: the next call begins another.
    return asked.about?.includes("cursor") ? exportGone() : unavailable(tenable, { status });
  }
  if (status === 400) {
    const fields = Invalid.safeParse(payload).data?.validation.keys.map(lastName) ?? [];
    const argument = fields
      .map((field) => ARGUMENT_OF[field])
      .find((name) => asked.about?.includes(name ?? ""));
    if (argument !== undefined) return rejected(tenable, status, argument);
    const field = fields.find((name) => OUR_FIELDS.has(name) || name in ARGUMENT_OF);
    return misconfigured(tenable, { status, ...(field === undefined ? {} : { field }) });
  }
  if (status >= 300 && status <= 399) return redirected(tenable, status, ["TENABLE_BASE_URL"]);
  // What isn't said to be about a filter isn't: exports have many.
  const { operation, credential } = asked;
  const about = operation === TENABLE_OPERATIONS.requestExport ? { operation, credential } : asked;
  return failureOfStatus(tenable, status, answer, about, PERMISSIONS[operation]);
}

/** `filters.cve_id.0` is about `cve_id`. */
function lastName(key: string): string {
  return key.split(".").findLast((part) => !/^\d+$/.test(part)) ?? "";
}

function isExport({ operation }: VendorQuestion): boolean {
  return operation === TENABLE_OPERATIONS.exportStatus || operation === TENABLE_OPERATIONS.downloadChunk;
}

/** Exports are kept for 24 hours, and this one was named by a cursor. */
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
