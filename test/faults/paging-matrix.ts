/** What each thing that can go wrong with pages has to look like to whoever reads. */
import type { Code } from "../../src/toolkit/failure.ts";
import type { Cell } from "./read-matrix.ts";

/** What can go wrong with pages, as the lab is asked for it. */
export const PAGING_FAULTS = {
  "a page that repeats its cursor": { mode: "repeat" },
  "a last page that is lost": { mode: "lost_page" },
  "a total larger than what came": { mode: "larger_total" },
} as const;

export type PagingFaultName = keyof typeof PAGING_FAULTS;

/** All of them, in a fixed order. */
export const PAGING_FAULT_NAMES = Object.keys(PAGING_FAULTS) as PagingFaultName[];

/** Why something can't go wrong. */
export const REASONS = {
  counted: "we count the position ourselves",
  numbered: "parts have numbers, and no cursor",
  whole: "one answer, and no cursor",
  in_chunks: "the records are in the chunks",
  no_total: "the vendor gives no total",
} as const;

export type PagingCell = Cell | { readonly status: "not_applicable"; readonly why: keyof typeof REASONS };

/** One operation that answers with pages, or with a total, on the way of one read. */
export interface PagingRow {
  readonly tool: string;
  /** For `check_control`. */
  readonly control_id?: string;
  readonly vendor: string;
  /** The vendor document's operationId. */
  readonly operation: string;
  readonly cells: Readonly<Record<PagingFaultName, PagingCell>>;
}

const not = (why: keyof typeof REASONS) => ({ status: "not_applicable", why }) as const;
const fails = (code: Code) => ({ status: "error", code }) as const;
const lacks = (code: Code) => ({ status: "incomplete", code }) as const;

const CONTRACT = "upstream_contract_changed";
const UNAVAILABLE = "upstream_unavailable";

function row(
  tool: string,
  vendor: string,
  operation: string,
  [repeated, lost, total]: readonly [PagingCell, PagingCell, PagingCell],
): PagingRow {
  const cells = {
    "a page that repeats its cursor": repeated,
    "a last page that is lost": lost,
    "a total larger than what came": total,
  };
  return { tool, vendor, operation, cells };
}

function evidence(
  control_id: string,
  vendor: string,
  operation: string,
  cells: readonly [PagingCell, PagingCell, PagingCell],
): PagingRow {
  return { ...row("check_control", vendor, operation, cells), control_id };
}

/** Ids by offset, with a total. */
const FALCON = [not("counted"), fails(CONTRACT), fails(CONTRACT)] as const;
/** A control reads on by itself, and sees that it was given one page twice. */
const SWEPT = [lacks(UNAVAILABLE), lacks(UNAVAILABLE), lacks(CONTRACT)] as const;
/** A control reads one page of ids, which it takes to be all that it may read. */
const AT_ONCE = [lacks("upstream_rejected"), lacks("upstream_rejected"), lacks("upstream_rejected")] as const;
/** A cursor of the vendor's, and no total. */
const LINKED = [fails(CONTRACT), fails(UNAVAILABLE), not("no_total")] as const;
const ACCOUNTS = [lacks(CONTRACT), lacks(UNAVAILABLE), not("no_total")] as const;
const EXPORT = [not("numbered"), not("in_chunks"), lacks(UNAVAILABLE)] as const;
const CHUNK = [not("numbered"), lacks(UNAVAILABLE), not("no_total")] as const;
const PUBLIC = [not("whole"), lacks(CONTRACT), lacks(CONTRACT)] as const;

export const PAGING: readonly PagingRow[] = [
  row("search_devices", "crowdstrike", "QueryDevicesByFilter", FALCON),
  row("search_detections", "crowdstrike", "GetQueriesAlertsV2", FALCON),
  row("search_vulnerabilities", "tenable", "exports-vulns-export-status", EXPORT),
  row("search_vulnerabilities", "tenable", "exports-vulns-download-chunk", CHUNK),
  row("lookup_cve", "kev", "getKevCatalog", PUBLIC),
  row("lookup_cve", "nvd", "getCves", PUBLIC),
  row("lookup_cve", "epss", "getEpss", PUBLIC),
  row("search_users", "okta", "listUsers", LINKED),
  row("search_sign_ins", "okta", "listLogEvents", LINKED),
  row("search_tickets", "jira", "searchAndReconsileIssuesUsingJql", LINKED),
  row("search_alerts", "elastic", "SearchAlerts", [fails(CONTRACT), fails(UNAVAILABLE), lacks(UNAVAILABLE)]),
  evidence("devices-without-sensor", "crowdstrike", "QueryDevicesByFilter", SWEPT),
  evidence("detections-unassigned", "crowdstrike", "GetQueriesAlertsV2", AT_ONCE),
  evidence("critical-vulnerabilities-overdue", "tenable", "exports-vulns-export-status", EXPORT),
  evidence("critical-vulnerabilities-overdue", "tenable", "exports-vulns-download-chunk", CHUNK),
  evidence("known-exploited-vulnerabilities", "tenable", "exports-vulns-download-chunk", CHUNK),
  evidence("known-exploited-vulnerabilities", "kev", "getKevCatalog", PUBLIC),
  evidence("users-inactive", "okta", "listUsers", ACCOUNTS),
  evidence("users-without-mfa", "okta", "listUsers", ACCOUNTS),
];
