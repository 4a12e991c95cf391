/** How Elastic says that something went wrong, as one table. */
import { z } from "zod";
import {
  contractChanged,
  credentialRejected,
  rateLimited,
  rejected,
  timedOut,
  unavailable,
} from "../../downstream/failures.ts";
import { waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Failure } from "../../path/failure.ts";

/** The operations that are used, by the names in the vendor's document. */
export const OPERATIONS = {
  searchAlerts: "SearchAlerts",
  setAlertsStatus: "SetAlertsStatus",
  findCases: "findCasesDefaultSpace",
  createCase: "createCaseDefaultSpace",
} as const;

/** What a key needs for each operation, in the words of Kibana's roles. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [OPERATIONS.searchAlerts]: "Security: Read, with read on the index .alerts-security.alerts-*",
  [OPERATIONS.setAlertsStatus]: "Security: Read, with read and write on the index .alerts-security.alerts-*",
  [OPERATIONS.findCases]: "Security > Cases: Read",
  [OPERATIONS.createCase]: "Security > Cases: All",
};

/** `PlatformErrorResponse`, and the same of cases: Kibana itself, before the operation's own code is reached. */
const PlatformError = z.object({ statusCode: z.int(), error: z.string(), message: z.string() });
/** `SiemErrorResponse`: the detection engine, which may be passing on what Elasticsearch said. */
const SiemError = z.object({ status_code: z.int(), message: z.string() });

/** Whose words a refusal is in, or `null` if they aren't the vendor's. */
export function refusedBy(answer: UpstreamAnswer, payload: unknown): "platform" | "detection_engine" | null {
  if (PlatformError.safeParse(payload).data?.statusCode === answer.status) return "platform";
  return SiemError.safeParse(payload).data?.status_code === answer.status ? "detection_engine" : null;
}

export const elastic: Vendor = {
  name: "elastic",
  title: "Elastic",

  errorOf(answer, _payload, asked) {
    return answer.status >= 200 && answer.status <= 299 ? null : failureOf(answer, asked);
  },

  retryAfterMs: waitByRetryAfter,
};

/** Both error shapes repeat the status, so the status alone classifies. */
function failureOf({ status, headers, at }: UpstreamAnswer, asked: Asked): Failure {
  const retry_after_ms = elastic.retryAfterMs(headers, at);
  switch (status) {
    case 401:
      return credentialRejected(elastic, asked, status);
    case 403:
      return credentialRejected(elastic, asked, status, PERMISSIONS[asked.operation]);
    case 408:
    case 504:
      return timedOut(elastic);
    case 429:
      return rateLimited(elastic, { status, retry_after_ms });
    default:
      if (status >= 500) return unavailable(elastic, { status, retry_after_ms });
      if (status >= 400) return rejected(elastic, status);
      // A redirect, or a success that isn't one.
      return contractChanged(elastic, asked.operation, "", { status });
  }
}
