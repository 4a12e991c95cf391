/** How Elastic says that something went wrong, as one table. */

import * as z from "zod";
import type { Failure } from "../../toolkit/failure.ts";
import { failureOfStatus, misconfigured, redirected } from "../../toolkit/upstream/failures.ts";
import { waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { elasticSettings } from "./settings.ts";

/** The operations that are used, by the names in the vendor's document. */
export const ELASTIC_OPERATIONS = {
  searchAlerts: "SearchAlerts",
  setAlertsStatus: "SetAlertsStatus",
  findCases: "findCasesDefaultSpace",
  createCase: "createCaseDefaultSpace",
  privileges: "ReadPrivileges",
} as const;

/** What a key needs for each operation, in the words of Kibana's roles. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [ELASTIC_OPERATIONS.searchAlerts]: "Security: Read, with read on the index .alerts-security.alerts-*",
  [ELASTIC_OPERATIONS.setAlertsStatus]:
    "Security: Read, with read and write on the index .alerts-security.alerts-*",
  [ELASTIC_OPERATIONS.findCases]: "Security > Cases: Read",
  [ELASTIC_OPERATIONS.createCase]: "Security > Cases: All",
  [ELASTIC_OPERATIONS.privileges]: "Security: Read",
};

/** Statuses below 500 that mean the same at every vendor. */
const USUAL: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** A list where several things are wrong. */
const Message = z.union([z.string(), z.array(z.string())]);
/** `PlatformErrorResponse`, and the same of cases: Kibana itself, before the operation's own code is reached. */
const PlatformError = z.object({ statusCode: z.int(), error: z.string(), message: Message });
/** `SiemErrorResponse`: the detection engine, which may be passing on what Elasticsearch said. */
const SiemError = z.object({ status_code: z.int(), message: Message });

/** Whose words a refusal is in, or `null` if they aren't the vendor's. */
export function refusedBy(answer: UpstreamAnswer, payload: unknown): "platform" | "detection_engine" | null {
  if (PlatformError.safeParse(payload).data?.statusCode === answer.status) return "platform";
  return SiemError.safeParse(payload).data?.status_code === answer.status ? "detection_engine" : null;
}

export const elastic: Vendor = {
  name: "elastic",
  title: "Elastic",
  settings: elasticSettings,

  // The customer's own cluster, without a documented limit: this number is ours.
  budget: {
    per_minute: () => 600,
    shares: { "elastic.read": 0.5, "elastic.alerts": 0.2, "elastic.cases": 0.2 },
    kept_for_changes: { "elastic.read": 0.1 },
  },

  errorOf(answer, payload, asked) {
    return answer.status >= 200 && answer.status <= 299 ? null : failureOf(answer, payload, asked);
  },

  retryAfterMs: waitByRetryAfter,
};

/** Both error shapes repeat the status, so the status classifies. Callers' values are checked before they are sent. */
function failureOf(answer: UpstreamAnswer, payload: unknown, asked: VendorQuestion): Failure {
  const { status } = answer;
  if (status >= 300 && status <= 399) return redirected(elastic, status, ["ELASTIC_BASE_URL"]);
  if (status < 400 || status > 499 || USUAL.has(status)) {
    return failureOfStatus(elastic, status, answer, asked, PERMISSIONS[asked.operation]);
  }
  // Not in Elastic's words: the address leads to something else.
  if (refusedBy(answer, payload) === null) {
    return misconfigured(elastic, { settings: ["ELASTIC_BASE_URL"], status });
  }
  if (status === 404) {
    return misconfigured(elastic, { settings: ["ELASTIC_BASE_URL", "ELASTIC_SPACE"], status });
  }
  const why = asked.operation === ELASTIC_OPERATIONS.createCase ? OF_CASES : undefined;
  return misconfigured(elastic, { status, ...(why === undefined ? {} : { why }) });
}

const OF_CASES = "The space may require custom fields of its cases, which Sallyport doesn't fill in.";
