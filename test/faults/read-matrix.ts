/** What each fault of each operation that a read asks has to look like to whoever reads. */
import type { Code } from "../../src/toolkit/failure.ts";
import { FAULT_NAMES, type FaultName } from "./faults.ts";

/** What a call under a fault comes to. */
export type Cell =
  /** The call fails. */
  | { readonly status: "error"; readonly code: Code }
  /** The call shows what else there is, says that it is incomplete, and what went wrong at the source. */
  | { readonly status: "incomplete"; readonly code: Code }
  /** The call shows what else there is, and the vendor's answer is a documented "nothing known". */
  | { readonly status: "complete" }
  /** The vendor's answer is its documented way to say that this one thing doesn't exist. */
  | { readonly status: "not_found" };

/** One operation of one vendor, on the way of one read. */
export interface ReadColumn {
  readonly tool: string;
  /** For `check_control`. */
  readonly control_id?: string;
  readonly vendor: string;
  /** The vendor document's operationId. */
  readonly operation: string;
  readonly cells: Readonly<Record<FaultName, Cell>>;
}

const USUALLY: Readonly<Record<FaultName, Code>> = {
  "HTTP 400": "upstream_rejected",
  "HTTP 401": "credential_rejected",
  "HTTP 403": "credential_rejected",
  "HTTP 404": "upstream_rejected",
  "HTTP 429": "rate_limited",
  "HTTP 500": "upstream_unavailable",
  "HTTP 503": "upstream_unavailable",
  "time-out": "upstream_timeout",
  reset: "upstream_unavailable",
  drift: "upstream_contract_changed",
  "malformed JSON": "upstream_contract_changed",
  "HTML body": "upstream_contract_changed",
  "error inside a 200": "upstream_unavailable",
  "HTTP 302 to a login page": "misconfigured",
  "empty body": "upstream_contract_changed",
  "Retry-After of an hour": "rate_limited",
  "Retry-After as a date": "rate_limited",
  "60 MB": "too_large",
  "one byte a second": "upstream_timeout",
};

type Exceptions = Readonly<Partial<Record<FaultName, Code | Cell>>>;

function cells(status: "error" | "incomplete", exceptions: Exceptions): ReadColumn["cells"] {
  const cell = (fault: FaultName): Cell => {
    const said = exceptions[fault] ?? USUALLY[fault];
    return typeof said === "string" ? { status, code: said } : said;
  };
  return Object.fromEntries(FAULT_NAMES.map((fault) => [fault, cell(fault)])) as ReadColumn["cells"];
}

/** An operation that the call can't do without. */
function whole(tool: string, vendor: string, operation: string, exceptions: Exceptions = {}): ReadColumn {
  return { tool, vendor, operation, cells: cells("error", exceptions) };
}

/** An operation that the call can do without, if it says so. */
function part(tool: string, vendor: string, operation: string, exceptions: Exceptions = {}): ReadColumn {
  return { tool, vendor, operation, cells: cells("incomplete", exceptions) };
}

/** An operation that a control rests on: the control is then indeterminate. */
function evidence(
  control_id: string,
  vendor: string,
  operation: string,
  exceptions: Exceptions = {},
): ReadColumn {
  return { ...part("check_control", vendor, operation, exceptions), control_id };
}

const NOT_FOUND = { status: "not_found" } as const;

/** A listed thing that is then said not to exist may be gone, or hidden: the page isn't whole. */
const LISTED_BUT_GONE = { "HTTP 404": "upstream_unavailable" } as const;

/** What the vendor refuses stands in a request in our own form, and it doesn't say which argument is to blame. */
const OURS = { "HTTP 400": "misconfigured", "HTTP 404": "misconfigured" } as const;

/** The public sources take no credential, so none is to blame; an error under a 200 is a shape that they don't have. */
const PUBLIC = {
  "HTTP 400": "misconfigured",
  "HTTP 401": "misconfigured",
  "HTTP 403": "misconfigured",
  "HTTP 404": "misconfigured",
  "error inside a 200": "upstream_contract_changed",
} as const;

/** No cursor of the caller's named the export: the next call begins another. */
const EXPORT_GONE = { "HTTP 404": "upstream_unavailable" } as const;

export const READS: readonly ReadColumn[] = [
  whole("search_devices", "crowdstrike", "QueryDevicesByFilter", OURS),
  whole("search_devices", "crowdstrike", "PostDeviceDetailsV2", { ...OURS, ...LISTED_BUT_GONE }),
  whole("get_device", "crowdstrike", "PostDeviceDetailsV2", { ...OURS, "HTTP 404": NOT_FOUND }),
  whole("search_detections", "crowdstrike", "GetQueriesAlertsV2", OURS),
  whole("search_detections", "crowdstrike", "PostEntitiesAlertsV2", { ...OURS, ...LISTED_BUT_GONE }),
  whole("get_detection", "crowdstrike", "PostEntitiesAlertsV2", { ...OURS, "HTTP 404": NOT_FOUND }),
  whole("search_vulnerabilities", "tenable", "exports-vulns-request-export", {
    ...OURS,
    "error inside a 200": "upstream_contract_changed",
  }),
  whole("search_vulnerabilities", "tenable", "exports-vulns-export-status", {
    ...OURS,
    ...EXPORT_GONE,
    // The vendor's own way: the export is finished, and some of its chunks failed.
    "error inside a 200": { status: "incomplete", code: "upstream_unavailable" },
  }),
  whole("search_vulnerabilities", "tenable", "exports-vulns-download-chunk", {
    ...OURS,
    ...EXPORT_GONE,
    "error inside a 200": "upstream_contract_changed",
    // It is read one finding at a time, whatever its length: no finding is that long.
    "60 MB": "upstream_contract_changed",
  }),
  part("lookup_cve", "kev", "getKevCatalog", PUBLIC),
  part("lookup_cve", "osv", "OSV_GetVulnById", { ...PUBLIC, "HTTP 404": { status: "complete" } }),
  part("lookup_cve", "nvd", "getCves", { ...PUBLIC, "HTTP 403": "rate_limited" }),
  part("lookup_cve", "epss", "getEpss", PUBLIC),
  whole("search_users", "okta", "listUsers", OURS),
  whole("get_user", "okta", "getUser", { ...OURS, "HTTP 404": NOT_FOUND }),
  part("get_user", "okta", "listFactors", { ...OURS, "HTTP 404": "upstream_contract_changed" }),
  part("get_user", "okta", "listAssignedRolesForUser", { ...OURS, "HTTP 404": "upstream_contract_changed" }),
  whole("search_sign_ins", "okta", "listLogEvents", OURS),
  whole("search_tickets", "jira", "searchAndReconsileIssuesUsingJql", OURS),
  whole("get_ticket", "jira", "getIssue", { ...OURS, "HTTP 404": NOT_FOUND }),
  whole("search_alerts", "elastic", "SearchAlerts", OURS),
  evidence("devices-without-sensor", "crowdstrike", "QueryDevicesByFilter", OURS),
  evidence("detections-unassigned", "crowdstrike", "PostEntitiesAlertsV2", { ...OURS, ...LISTED_BUT_GONE }),
  evidence("critical-vulnerabilities-overdue", "tenable", "exports-vulns-export-status", {
    ...OURS,
    ...EXPORT_GONE,
  }),
  evidence("known-exploited-vulnerabilities", "kev", "getKevCatalog", PUBLIC),
  evidence("users-inactive", "okta", "listUsers", OURS),
  evidence("users-without-mfa", "okta", "listFactors", { ...OURS, ...LISTED_BUT_GONE }),
];

/** Reads that ask no vendor: there is nothing of one to go wrong. */
export const OWN_READS = [
  "get_operation",
  "list_controls",
  "list_operations",
  "search_audit",
  "whoami",
] as const;
