/** What each fault of the one request that performs a state change has to come to. */
import type { Code } from "../../src/toolkit/failure.ts";
import { CHANGE_FAULT_NAMES, type ChangeFaultName } from "./faults.ts";

/** What the first call comes to, and where it leaves the operation. */
export type Outcome =
  /** The answer proves that nothing was done: the same call again sends the request again. */
  | { readonly state: "failed_safe"; readonly code: Code }
  /** The answer proves nothing: nothing is sent again until the target was read back. */
  | { readonly state: "unknown" }
  /** The fault doesn't touch an answer that has no content. */
  | { readonly state: "succeeded" };

/** The request of one state change. */
export interface ChangeColumn {
  readonly tool: string;
  readonly vendor: string;
  /** The vendor document's operationId. */
  readonly operation: string;
  readonly outcomes: Readonly<Record<ChangeFaultName, Outcome>>;
}

const UNKNOWN = { state: "unknown" } as const;
const SUCCEEDED = { state: "succeeded" } as const;

function refused(code: Code): Outcome {
  return { state: "failed_safe", code };
}

const REJECTED = refused("upstream_rejected");

const USUALLY: Readonly<Record<ChangeFaultName, Outcome>> = {
  "HTTP 400": REJECTED,
  "HTTP 401": refused("credential_rejected"),
  "HTTP 403": refused("credential_rejected"),
  "HTTP 404": UNKNOWN,
  "HTTP 429": refused("rate_limited"),
  "HTTP 500": UNKNOWN,
  "HTTP 503": UNKNOWN,
  "time-out": UNKNOWN,
  reset: UNKNOWN,
  drift: UNKNOWN,
  "malformed JSON": UNKNOWN,
  "HTML body": UNKNOWN,
  "error inside a 200": UNKNOWN,
  "HTTP 302 to a login page": refused("misconfigured"),
  "empty body": UNKNOWN,
  "Retry-After of an hour": refused("rate_limited"),
  "Retry-After as a date": refused("rate_limited"),
  "60 MB": UNKNOWN,
  "one byte a second": UNKNOWN,
  "reset after the effect": UNKNOWN,
  "HTTP 500 after the effect": UNKNOWN,
};

type Exceptions = Readonly<Partial<Record<ChangeFaultName, Outcome>>>;

function change(tool: string, vendor: string, operation: string, exceptions: Exceptions = {}): ChangeColumn {
  const outcomes = CHANGE_FAULT_NAMES.map((fault) => [fault, exceptions[fault] ?? USUALLY[fault]] as const);
  return { tool, vendor, operation, outcomes: Object.fromEntries(outcomes) as ChangeColumn["outcomes"] };
}

/** Okta's answers to these have no content, and its 404 says that there is no such user. */
const OKTA = { "HTTP 404": REJECTED, drift: SUCCEEDED, "malformed JSON": SUCCEEDED } as const;
/** Suspending and unsuspending are answered by a 200 without content. */
const OKTA_200 = { ...OKTA, "empty body": SUCCEEDED } as const;

/** Falcon's 404 says that there is no such thing. Its 400 here names nothing that the caller gave. */
const FALCON = { "HTTP 400": refused("misconfigured"), "HTTP 404": REJECTED } as const;

/** Refusals in these vendors' own words that are about nothing that a caller gave. */
const DESK = { "HTTP 400": refused("misconfigured"), "HTTP 404": refused("misconfigured") } as const;

export const CHANGES: readonly ChangeColumn[] = [
  change("contain_device", "crowdstrike", "PerformActionV2", FALCON),
  change("release_device", "crowdstrike", "PerformActionV2", FALCON),
  change("update_detection", "crowdstrike", "PatchEntitiesAlertsV3", FALCON),
  // Tenable documents 404 for a launch, and no 400.
  change("launch_scan", "tenable", "scans-launch", { "HTTP 400": UNKNOWN, "HTTP 404": REJECTED }),
  change("suspend_user", "okta", "suspendUser", OKTA_200),
  change("unsuspend_user", "okta", "unsuspendUser", OKTA_200),
  change("end_user_sessions", "okta", "revokeUserSessions", OKTA),
  change("create_ticket", "jira", "createIssue", DESK),
  change("page_on_call", "pagerduty", "createIncident", DESK),
  // Elastic says of an update how many it made: none, because somebody else was faster, is no effect.
  change("update_alert", "elastic", "SetAlertsStatus", {
    ...DESK,
    "error inside a 200": refused("upstream_unavailable"),
  }),
  change("open_case", "elastic", "createCaseDefaultSpace", DESK),
];
