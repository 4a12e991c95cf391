/** How Jira Cloud says that something went wrong, as one table. */

import type { Failure } from "../../toolkit/failure.ts";
import { failureOfStatus, misconfigured, redirected, unavailable } from "../../toolkit/upstream/failures.ts";
import { waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { refusedCreation, refusedSearch } from "./blame.ts";
import { errorsIn } from "./error-collection.ts";
import { jiraSettings } from "./settings.ts";

/** The operations that are used, by the names in the vendor's document. */
export const JIRA_OPERATIONS = {
  search: "searchAndReconsileIssuesUsingJql",
  get: "getIssue",
  create: "createIssue",
  whoAmI: "getCurrentUser",
  issueTypes: "getCreateIssueMetaIssueTypes",
  createScreen: "getCreateIssueMetaIssueTypeId",
} as const;

/** The project permission that an account needs for each operation, in Jira's own words. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [JIRA_OPERATIONS.search]: "Browse projects",
  [JIRA_OPERATIONS.get]: "Browse projects",
  [JIRA_OPERATIONS.create]: "Create issues",
  [JIRA_OPERATIONS.issueTypes]: "Create issues",
  [JIRA_OPERATIONS.createScreen]: "Create issues",
};

/** Statuses below 500 that mean the same at every vendor. */
const USUAL: ReadonlySet<number> = new Set([401, 403, 408, 429]);

export const jira: Vendor = {
  name: "jira",
  title: "Jira",
  settings: jiraSettings,

  // Counted in points that depend on the answer, not in requests: this number is ours.
  budget: {
    per_minute: () => 300,
    shares: { "jira.read": 0.5, "jira.create": 0.4 },
    kept_for_changes: { "jira.read": 0.1 },
  },

  errorOf(answer, payload, asked) {
    // An issue that isn't there, or that the account may not see, is for the tool to say.
    if (answer.status === 404 && asked.operation === JIRA_OPERATIONS.get && hasErrors(payload)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer, payload, asked);
    return hasErrors(payload) ? unavailable(jira, { status: answer.status }) : null;
  },

  retryAfterMs(headers, now) {
    return waitByRetryAfter(headers, now) ?? waitForReset(headers, now);
  },
};

/** True if a body is Jira's own and reports at least one error. */
export function hasErrors(payload: unknown): boolean {
  return errorsIn(payload) !== null;
}

/** Until the limit is lifted: a moment in ISO 8601, which says something only once nothing is left. */
function waitForReset(headers: Headers, now: number): number | null {
  const remaining = headers.get("x-ratelimit-remaining");
  if (remaining !== null && remaining !== "0") return null;
  const at = Date.parse(headers.get("x-ratelimit-reset") ?? "");
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function failureOf(answer: UpstreamAnswer, payload: unknown, asked: VendorQuestion): Failure {
  const { status } = answer;
  if (status >= 300 && status <= 399) return redirected(jira, status, ["JIRA_BASE_URL"]);
  if (status < 400 || status > 499 || USUAL.has(status)) {
    return failureOfStatus(jira, status, answer, asked, PERMISSIONS[asked.operation]);
  }
  const errors = errorsIn(payload);
  // Not in Jira's words: the address leads to something else.
  if (errors === null) return misconfigured(jira, { settings: ["JIRA_BASE_URL"], status });
  switch (asked.operation) {
    case JIRA_OPERATIONS.create:
      return refusedCreation(jira, status, errors);
    case JIRA_OPERATIONS.search:
      return refusedSearch(jira, status, errors, asked);
    default:
      return misconfigured(jira, { settings: ["JIRA_PROJECT", "JIRA_ISSUE_TYPE"], status });
  }
}
