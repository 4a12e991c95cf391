/** How PagerDuty says that something went wrong, as one table. */

import type { Failure } from "../../toolkit/failure.ts";
import {
  failureOfStatus,
  misconfigured,
  redirected,
  rejected,
  unavailable,
} from "../../toolkit/upstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { errorIn, type PagerDutyError } from "./error-body.ts";
import { pagerdutySettings } from "./settings.ts";

/** The operations that are used, by the names in the vendor's document. */
export const PAGERDUTY_OPERATIONS = {
  list: "listIncidents",
  create: "createIncident",
  users: "listUsers",
  service: "getService",
} as const;

/** What a key needs for each operation, in the vendor's own words (`x-pd-requires-scope`). */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [PAGERDUTY_OPERATIONS.list]: "incidents.read",
  [PAGERDUTY_OPERATIONS.create]: "incidents.write",
  [PAGERDUTY_OPERATIONS.users]: "users.read",
  [PAGERDUTY_OPERATIONS.service]: "services.read",
};

/** Statuses below 500 that mean the same at every vendor. */
const USUAL: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** Codes about the user in whose name is asked: there is none of that address; the header is missing. */
const ABOUT_FROM: ReadonlySet<number> = new Set([1008, 2016]);
/** Codes about what a request refers to, which is the service: arguments that can't be used; nothing found. */
const ABOUT_SERVICE: ReadonlySet<number> = new Set([2002, 2100]);

/** How the details of "Invalid Input Provided" begin where they are about what the caller gave. */
const ARGUMENT = /^(title|urgency)\b/i;

/**
 * How the vendor words it that an incident with the same key is open. It has no code for it, so this is as wide
 * as can be: whatever sounds like it is read back instead of being taken for "nothing happened".
 */
const DUPLICATE = /already exist|duplicate|dedup|incident.?key|pending/i;

export const pagerduty: Vendor = {
  name: "pagerduty",
  title: "PagerDuty",
  settings: pagerdutySettings,

  // Documented: 960 requests a minute for an API key. One for each credential, and half is left to others who use it.
  budget: {
    per_minute: () => 960,
    shares: { "pagerduty.read": 0.5, "pagerduty.page": 0.5 },
  },

  errorOf(answer, payload, asked) {
    const error = errorIn(payload);
    // A service that isn't there is what a check asks about.
    if (answer.status === 404 && asked.operation === PAGERDUTY_OPERATIONS.service && error !== null)
      return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer, error, asked);
    return error === null ? null : unavailable(pagerduty, { status: answer.status });
  },

  retryAfterMs(headers, now) {
    return waitByRetryAfter(headers, now) ?? waitForReset(headers, now);
  },
};

/** True if an error may say that an open incident has the same key. */
export function speaksOfDuplicate({ words }: PagerDutyError): boolean {
  return words.some((said) => DUPLICATE.test(said));
}

/** Seconds until the limit is lifted, on every answer; they say something only once nothing is left. */
function waitForReset(headers: Headers, now: number): number | null {
  const remaining = headers.get("ratelimit-remaining");
  if (remaining !== null && remaining !== "0") return null;
  return waitByMagnitude(headers.get("ratelimit-reset"), now);
}

function failureOf(answer: UpstreamAnswer, error: PagerDutyError | null, asked: VendorQuestion): Failure {
  const { status } = answer;
  if (status >= 300 && status <= 399) return redirected(pagerduty, status, ["PAGERDUTY_BASE_URL"]);
  if (status < 400 || status > 499 || USUAL.has(status)) {
    return failureOfStatus(pagerduty, status, answer, asked, PERMISSIONS[asked.operation]);
  }
  // Not in PagerDuty's words: the address leads to something else.
  if (error === null) return misconfigured(pagerduty, { settings: ["PAGERDUTY_BASE_URL"], status });
  return refused(status, error, asked);
}

/** Whose mistake a refusal is: the caller's only where it is about the title or the urgency. */
function refused(status: number, { code, words }: PagerDutyError, { operation }: VendorQuestion): Failure {
  if (code !== null && ABOUT_FROM.has(code)) {
    return misconfigured(pagerduty, { settings: ["PAGERDUTY_FROM"], field: "From", status });
  }
  if (status === 402) {
    return misconfigured(pagerduty, { why: "The account's plan doesn't include it.", status });
  }
  if (operation !== PAGERDUTY_OPERATIONS.create) return misconfigured(pagerduty, { status });
  const argument = words.map((said) => ARGUMENT.exec(said)?.[1]?.toLowerCase()).find(Boolean);
  if (argument !== undefined) return rejected(pagerduty, status, argument);
  const about_service =
    (code !== null && ABOUT_SERVICE.has(code)) || words.some((said) => /service/i.test(said));
  return about_service
    ? misconfigured(pagerduty, { settings: ["PAGERDUTY_SERVICE_ID"], field: "service", status })
    : misconfigured(pagerduty, { settings: ["PAGERDUTY_SERVICE_ID", "PAGERDUTY_FROM"], status });
}
