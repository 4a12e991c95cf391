/** How Okta says that something went wrong, as one table. */

import * as z from "zod";
import type { Failure } from "../../toolkit/failure.ts";
import {
  contractChanged,
  credentialRejected,
  misconfigured,
  rateLimited,
  redirected,
  rejected,
  timedOut,
  unavailable,
} from "../../toolkit/upstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { oktaSettings } from "./settings.ts";

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

/** A search or filter that Okta can't follow, or finds too complex. */
const BAD_SEARCH = "E0000031";

/** Okta's name for what it objects to, and the argument of ours that stands there. */
const ARGUMENT_AT: ReadonlyMap<string, string> = new Map([
  ["after", "cursor"],
  ["search", "query"],
  ["since", "since"],
  ["until", "until"],
]);

/** The summary "may change over time", and may hold what a user typed: only the names above are looked for in it. */
const VALIDATION = /^Api validation failed: (\w{1,40})\b/;

/** `Error`. Only the code may decide what kind of failure it is. */
const ErrorOf = z.object({
  errorCode: z.string().regex(/^E\d{7}$/),
  errorSummary: z.string().nullish().catch(null),
});

export const okta: Vendor = {
  name: "okta",
  title: "Okta",
  settings: oktaSettings,

  // Documented by endpoint and plan, 600 a minute for /api/v1/users in most. The organisation's own sign-ins come first.
  budget: {
    per_minute: () => 300,
    shares: { "okta.read": 0.5, "okta.suspend": 0.2, "okta.sessions": 0.2 },
    kept_for_changes: { "okta.read": 0.1 },
  },

  errorOf(answer, payload, asked) {
    const code = errorCode(payload);
    if (answer.status === 404 && code === NOT_FOUND && BY_ID.has(asked.operation)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer.status, answer, payload, asked);
    return code === null ? null : failureOf(STATUS_OF[code] ?? 0, answer, payload, asked);
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

/** Okta refuses the proof of possession that came with a request (RFC 9449). */
export function proofRefused(credential: string, status: number): Failure {
  return misconfigured(okta, {
    settings: ["OKTA_BASE_URL"],
    field: "DPoP",
    why: `It does not accept this instance's proof of possession. OKTA_BASE_URL must be the address under which Okta knows itself. If it is, take "Require Demonstrating Proof of Possession (DPoP) header in token requests" off the app of ${credential} in Okta's console.`,
    status,
  });
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

function failureOf(status: number, answer: UpstreamAnswer, payload: unknown, asked: VendorQuestion): Failure {
  if (isProofRefused(answer)) return proofRefused(asked.credential, status);
  switch (status) {
    case 401:
      return credentialRejected(okta, asked, status);
    case 403:
      return credentialRejected(okta, asked, status, PERMISSIONS[asked.operation]);
    case 404:
      return errorCode(payload) === NOT_FOUND && asked.about?.includes("user_id")
        ? rejected(okta, status, "user_id")
        : notOkta(status);
    case 405:
      return notOkta(status);
    case 408:
    case 504:
      return timedOut(okta);
    case 429:
      return rateLimited(okta, { status, retry_after_ms: okta.retryAfterMs(answer.headers, answer.at) });
    default:
      // The reset of the rate limit is on every answer; only with a 429 is it a time to wait for.
      if (status >= 500)
        return unavailable(okta, { status, retry_after_ms: waitByRetryAfter(answer.headers, answer.at) });
      if (status >= 400) return objection(status, payload, asked);
      if (status >= 300) return redirected(okta, status, ["OKTA_BASE_URL"]);
      // A success that isn't one.
      return contractChanged(okta, asked.operation, "", { status: answer.status });
  }
}

/** The request isn't valid. Whose fault that is depends on what Okta objects to. */
function objection(status: number, payload: unknown, asked: VendorQuestion): Failure {
  const { errorCode: code, errorSummary } = ErrorOf.safeParse(payload).data ?? {};
  const field = VALIDATION.exec(errorSummary ?? "")?.[1] ?? "";
  const argument = code === BAD_SEARCH ? "query" : ARGUMENT_AT.get(field);
  if (argument === undefined) return misconfigured(okta, { status });
  return asked.about?.includes(argument)
    ? rejected(okta, status, argument)
    : misconfigured(okta, { field: argument, status });
}

/** No such API: what answers isn't the org's. */
function notOkta(status: number): Failure {
  return misconfigured(okta, {
    settings: ["OKTA_BASE_URL"],
    why: "There is no Okta API at this address.",
    status,
  });
}

/** RFC 9449 §7.1: why a request with a bound token is refused stands in the challenge. */
function isProofRefused({ status, headers }: UpstreamAnswer): boolean {
  const challenge = headers.get("www-authenticate") ?? "";
  return (
    (status === 400 || status === 401) && /\berror="(invalid_dpop_proof|use_dpop_nonce)"/.test(challenge)
  );
}
