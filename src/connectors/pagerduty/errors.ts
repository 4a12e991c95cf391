/** How PagerDuty says that something went wrong, as one table. */
import * as z from "zod";
import { failureOfStatus, unavailable } from "../../downstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Failure } from "../../path/failure.ts";

/** What a key needs for each operation, in the vendor's own words (`x-pd-requires-scope`). */
const PERMISSIONS: Readonly<Record<string, string>> = {
  listIncidents: "incidents.read",
  createIncident: "incidents.write",
};

/** The vendor's error: a code of its own, and what is wrong in words. */
const ErrorBody = z.object({
  error: z.object({ message: z.string().optional(), errors: z.array(z.string()).optional() }),
});

/**
 * How the vendor words it that an incident with the same key is open. It has no code for it, so this is as wide
 * as can be: whatever sounds like it is read back instead of being taken for "nothing happened".
 */
const DUPLICATE = /already exist|duplicate|dedup|incident.?key/i;

export const pagerduty: Vendor = {
  name: "pagerduty",
  title: "PagerDuty",

  // Documented: 960 requests a minute for an API key. One for each credential, and half is left to others who use it.
  budget: {
    per_minute: () => 960,
    shares: { "pagerduty.read": 0.5, "pagerduty.page": 0.5 },
  },

  errorOf(answer, payload, asked) {
    if (answer.status < 200 || answer.status > 299) return failureOf(answer, asked);
    return isError(payload) ? unavailable(pagerduty, { status: answer.status }) : null;
  },

  retryAfterMs(headers, now) {
    return waitByRetryAfter(headers, now) ?? waitForReset(headers, now);
  },
};

/** True if a body is PagerDuty's own error. */
export function isError(payload: unknown): boolean {
  return ErrorBody.safeParse(payload).success;
}

/** True if a body may say that an open incident has the same key. */
export function speaksOfDuplicate(payload: unknown): boolean {
  const parsed = ErrorBody.safeParse(payload);
  if (!parsed.success) return false;
  const { message = "", errors = [] } = parsed.data.error;
  return [message, ...errors].some((words) => DUPLICATE.test(words));
}

/** Seconds until the limit is lifted, on every answer; they say something only once nothing is left. */
function waitForReset(headers: Headers, now: number): number | null {
  const remaining = headers.get("ratelimit-remaining");
  if (remaining !== null && remaining !== "0") return null;
  return waitByMagnitude(headers.get("ratelimit-reset"), now);
}

function failureOf(answer: UpstreamAnswer, asked: Asked): Failure {
  return failureOfStatus(pagerduty, answer.status, answer, asked, PERMISSIONS[asked.operation]);
}
