/** How Okta says that something went wrong, as one table. */
import * as z from "zod";
import {
  contractChanged,
  credentialRejected,
  failureOfStatus,
  rateLimited,
  timedOut,
  unavailable,
} from "../../downstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Failure } from "../../path/failure.ts";

/** The OAuth scope that each operation needs. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  listUsers: "okta.users.read",
  getUser: "okta.users.read",
  listFactors: "okta.users.read",
  listAssignedRolesForUser: "okta.roles.read",
  listLogEvents: "okta.logs.read",
  suspendUser: "okta.users.manage",
  unsuspendUser: "okta.users.manage",
  revokeUserSessions: "okta.users.manage",
};

/** Operations that are asked about one user by id: a 404 of Okta's own says that there is no such user. */
const BY_ID: ReadonlySet<string> = new Set(["getUser", "listFactors", "listAssignedRolesForUser"]);

const NOT_FOUND = "E0000007";

/** `Error`. Only the code may decide anything: the summary "may change over time", and may hold what a user typed. */
const ErrorOf = z.object({ errorCode: z.string().regex(/^E\d{7}$/) });

export const okta: Vendor = {
  name: "okta",
  title: "Okta",

  // Documented by endpoint and plan, 600 a minute for /api/v1/users in most. The organisation's own sign-ins come first.
  budget: {
    per_minute: () => 300,
    shares: { "okta.read": 0.5, "okta.suspend": 0.2, "okta.sessions": 0.2 },
    kept_for_changes: { "okta.read": 0.1 },
  },

  errorOf(answer, payload, asked) {
    const code = errorCode(payload);
    if (answer.status === 404 && code === NOT_FOUND && BY_ID.has(asked.operation)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer.status, answer, asked);
    return code === null ? null : failureOf(STATUS_OF[code] ?? 0, answer, asked);
  },

  retryAfterMs(headers, now) {
    return (
      waitByRetryAfter(headers, now) ??
      waitByMagnitude(headers.get("x-rate-limit-reset"), clockOf(headers) ?? now)
    );
  },
};

/** Okta's code in a payload, or `null` if it isn't an error of Okta's. */
export function errorCode(payload: unknown): string | null {
  return ErrorOf.safeParse(payload).data?.errorCode ?? null;
}

/** What a code means where the status says success. Any other code there is a shape that we don't know. */
const STATUS_OF: Readonly<Record<string, number>> = {
  E0000001: 400,
  E0000006: 403,
  E0000009: 500,
  E0000011: 401,
  E0000047: 429,
};

/** The vendor's own clock: the reset is a moment by it, and ours may be ahead or behind. */
function clockOf(headers: Headers): number | null {
  const at = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(at) ? null : at;
}

function failureOf(status: number, answer: UpstreamAnswer, asked: Asked): Failure {
  switch (status) {
    case 401:
      return credentialRejected(okta, asked, status);
    case 403:
      return credentialRejected(okta, asked, status, PERMISSIONS[asked.operation]);
    case 408:
    case 504:
      return timedOut(okta);
    case 429:
      return rateLimited(okta, { status, retry_after_ms: okta.retryAfterMs(answer.headers, answer.at) });
    default:
      // The reset of the rate limit is on every answer; only with a 429 is it a time to wait for.
      if (status >= 500)
        return unavailable(okta, { status, retry_after_ms: waitByRetryAfter(answer.headers, answer.at) });
      if (status >= 400) return failureOfStatus(okta, status, answer, asked, undefined);
      // A redirect, or a success that isn't one.
      return contractChanged(okta, asked.operation, "", { status: answer.status });
  }
}
