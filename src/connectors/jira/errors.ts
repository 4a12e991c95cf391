/** How Jira Cloud says that something went wrong, as one table. */
import * as z from "zod";
import { failureOfStatus, unavailable } from "../../downstream/failures.ts";
import { waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Failure } from "../../path/failure.ts";

/** The project permission that an account needs for each operation, in Jira's own words. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  searchAndReconsileIssuesUsingJql: "Browse projects",
  getIssue: "Browse projects",
  createIssue: "Create issues",
};

/** `ErrorCollection`: what failed as a whole, and what failed by field. */
const ErrorCollection = z.object({
  errorMessages: z.array(z.string()).optional(),
  errors: z.record(z.string(), z.unknown()).optional(),
});

export const jira: Vendor = {
  name: "jira",
  title: "Jira",

  // Counted in points that depend on the answer, not in requests: this number is ours.
  budget: {
    per_minute: () => 300,
    shares: { "jira.read": 0.5, "jira.create": 0.4 },
    kept_for_changes: { "jira.read": 0.1 },
  },

  errorOf(answer, payload, asked) {
    // An issue that isn't there, or that the account may not see, is for the tool to say.
    if (answer.status === 404 && asked.operation === "getIssue" && hasErrors(payload)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer, asked);
    return hasErrors(payload) ? unavailable(jira, { status: answer.status }) : null;
  },

  retryAfterMs(headers, now) {
    return waitByRetryAfter(headers, now) ?? waitForReset(headers, now);
  },
};

/** True if a body is Jira's own and reports at least one error. */
export function hasErrors(payload: unknown): boolean {
  const parsed = ErrorCollection.safeParse(payload);
  if (!parsed.success) return false;
  const { errorMessages = [], errors = {} } = parsed.data;
  return errorMessages.length > 0 || Object.keys(errors).length > 0;
}

/** The fields that Jira refuses, by its names for them. */
export function refusedFields(payload: unknown): string[] {
  const parsed = ErrorCollection.safeParse(payload);
  return parsed.success ? Object.keys(parsed.data.errors ?? {}) : [];
}

/** Until the limit is lifted: a moment in ISO 8601, which says something only once nothing is left. */
function waitForReset(headers: Headers, now: number): number | null {
  const remaining = headers.get("x-ratelimit-remaining");
  if (remaining !== null && remaining !== "0") return null;
  const at = Date.parse(headers.get("x-ratelimit-reset") ?? "");
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function failureOf(answer: UpstreamAnswer, asked: Asked): Failure {
  return failureOfStatus(jira, answer.status, answer, asked, PERMISSIONS[asked.operation]);
}
