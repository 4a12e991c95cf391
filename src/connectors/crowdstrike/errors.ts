/** How CrowdStrike Falcon says that something went wrong, as one table. */
import * as z from "zod";
import { failureOfStatus } from "../../downstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Failure } from "../../path/failure.ts";

/** What an API client needs for each operation, in the words of the Falcon console (`x-api-scopes`). */
const PERMISSIONS: Readonly<Record<string, string>> = {
  QueryDevicesByFilter: "Hosts: READ",
  PostDeviceDetailsV2: "Hosts: READ",
  PerformActionV2: "Hosts: WRITE",
  GetQueriesAlertsV2: "Alerts: READ",
  PostEntitiesAlertsV2: "Alerts: READ",
  PatchEntitiesAlertsV3: "Alerts: WRITE",
};

/** Operations that are asked for things by id: an error 404 in their answer says that one doesn't exist. */
const BY_ID: ReadonlySet<string> = new Set(["PostDeviceDetailsV2", "PostEntitiesAlertsV2"]);

/** The part of every answer that says what failed (`msa.APIError`). Go's empty list may arrive as `null`. */
const ErrorsOf = z.object({ errors: z.array(z.object({ code: z.int() })).nullish() });

export const crowdstrike: Vendor = {
  name: "crowdstrike",
  title: "CrowdStrike",

  // Documented: 6,000 requests a minute for the customer's account, whoever asks. Half is left to the others.
  budget: {
    per_minute: () => 3_000,
    shares: {
      "crowdstrike.read": 0.36,
      "crowdstrike.alerts_read": 0.36,
      "crowdstrike.contain": 0.1,
      "crowdstrike.alerts_write": 0.1,
    },
    kept_for_changes: { "crowdstrike.read": 0.04, "crowdstrike.alerts_read": 0.04 },
  },

  errorOf(answer, payload, asked) {
    const codes = errorCodes(payload);
    if (isMissing(answer.status, codes, asked)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer.status, answer, asked);
    // Partial failure: the status says success, and errors[] says what didn't work.
    if (codes === null || codes.length === 0) return null;
    return failureOf(gravest(codes), answer, asked);
  },

  retryAfterMs(headers, now) {
    // Documented as milliseconds since the epoch, and seen as seconds.
    return waitByMagnitude(headers.get("x-ratelimit-retryafter"), now) ?? waitByRetryAfter(headers, now);
  },
};

/** The codes in `errors[]`, or `null` where the payload has no such list. */
export function errorCodes(payload: unknown): number[] | null {
  const parsed = ErrorsOf.safeParse(payload);
  return parsed.success ? (parsed.data.errors ?? []).map((error) => error.code) : null;
}

/**
 * Refusals that the vendor documents for its state changes, each of them made before anything is done: the
 * request is malformed (400), the API client may not do this (403), the thing already is as wanted (409), or
 * the rate limit turned the request away (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 409, 429]);

/**
 * Whether an answer to a state change refuses it before anything was done, as far as status and codes can say:
 * only by an error of the caller's making, and under a status that is a documented refusal or `success` with
 * errors. A 5xx code says that the vendor failed on the way, which proves nothing.
 */
export function isRefusal(status: number, codes: readonly number[], success: number): boolean {
  if (codes.length === 0 || !codes.every((code) => code >= 400 && code <= 499)) return false;
  return status === success || REFUSALS.has(status);
}

/** Nothing failed, something just isn't there: that is for the tool to say. */
function isMissing(status: number, codes: number[] | null, asked: Asked): boolean {
  if (!BY_ID.has(asked.operation) || codes === null || codes.length === 0) return false;
  return (status === 200 || status === 404) && codes.every((code) => code === 404);
}

/** Of several errors in one answer, the one that decides what to do: our credential, then the vendor, then the rest. */
function gravest(codes: readonly number[]): number {
  const order = [401, 403, 429];
  return order.find((code) => codes.includes(code)) ?? codes.find((code) => code >= 500) ?? codes[0] ?? 500;
}

function failureOf(status: number, answer: UpstreamAnswer, asked: Asked): Failure {
  return failureOfStatus(crowdstrike, status, answer, asked, PERMISSIONS[asked.operation]);
}
