/** How CrowdStrike Falcon says that something went wrong, as one table. */

import * as z from "zod";
import type { Failure } from "../../toolkit/failure.ts";
import {
  contractChanged,
  failureOfStatus,
  misconfigured,
  redirected,
  rejected,
} from "../../toolkit/upstream/failures.ts";
import { waitByMagnitude, waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { apiNamedIn } from "./clouds.ts";
import { crowdstrikeSettings } from "./settings.ts";

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
const BY_ID: ReadonlySet<string> = new Set([
  "PostDeviceDetailsV2",
  "PostEntitiesAlertsV2",
  "PerformActionV2",
  "PatchEntitiesAlertsV3",
]);

/** Of those, the reads: what is missing is for the tool to say. */
const READ_BY_ID: ReadonlySet<string> = new Set(["PostDeviceDetailsV2", "PostEntitiesAlertsV2"]);

/** The part of every answer that says what failed (`msa.APIError`). Go's empty list may arrive as `null`. */
const ErrorsOf = z.object({
  meta: z.object({ powered_by: z.unknown().optional() }).nullish(),
  errors: z.array(z.object({ code: z.int(), message: z.string().nullish().catch(null) })).nullish(),
});

/** What stands in front of the vendor's services. Its 404 says that there is no such route. */
const GATEWAY = "crowdstrike-api-gateway";

/** The names by which the vendor objects to a part of a request, and the argument that stands there, if any. */
const ARGUMENT_OF: ReadonlyMap<string, string | null> = new Map([
  ["device_id", "device_id"],
  ["agent_id", "device_id"],
  ["composite_ids", "detection_id"],
  ["composite_id", "detection_id"],
  ["hostname", "query"],
  ["local_ip", "query"],
  ["external_ip", "query"],
  ["mac_address", "query"],
  ["serial_number", "query"],
  ["machine_domain", "query"],
  ["user_name", "user"],
  ["md5", "hash"],
  ["sha1", "hash"],
  ["sha256", "hash"],
  ["update_status", "status"],
  ["append_comment", "comment"],
  ["add_tag", null],
  ["tags", null],
  ["groups", null],
  ["platform_name", null],
  ["criticality", null],
  ["severity", null],
  ["severity_name", null],
  ["created_timestamp", null],
  ["last_seen", null],
  ["filter", null],
  ["sort", null],
  ["offset", null],
  ["limit", null],
]);

export const crowdstrike: Vendor = {
  name: "crowdstrike",
  title: "CrowdStrike",
  settings: crowdstrikeSettings,

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
    const said = errorsIn(payload);
    const codes = said?.codes ?? null;
    if (READ_BY_ID.has(asked.operation) && isMissing(answer.status, said)) return null;
    if (answer.status < 200 || answer.status > 299) return failureOf(answer.status, answer, said, asked);
    // Errors that can't be read are errors: what stands beside them must not look like everything.
    if (codes === null)
      return contractChanged(crowdstrike, asked.operation, payload === undefined ? "" : "errors");
    // Partial failure: the status says success, and errors[] says what didn't work.
    if (codes.length === 0) return null;
    return failureOf(gravest(codes), answer, said, asked);
  },

  retryAfterMs(headers, now) {
    // Documented as milliseconds since the epoch, and seen as seconds. A moment that has passed names no time.
    return waitByMagnitude(headers.get("x-ratelimit-retryafter"), now) || waitByRetryAfter(headers, now);
  },
};

/** What an answer says in its `errors[]`. */
interface Said {
  readonly codes: readonly number[];
  readonly messages: readonly string[];
  /** By what stands in front of the vendor's services. */
  readonly by_gateway: boolean;
}

function errorsIn(payload: unknown): Said | null {
  const parsed = ErrorsOf.safeParse(payload);
  if (!parsed.success) return null;
  const errors = parsed.data.errors ?? [];
  return {
    codes: errors.map(({ code }) => code),
    messages: errors.map(({ message }) => message ?? ""),
    by_gateway: parsed.data.meta?.powered_by === GATEWAY,
  };
}

/** The codes in `errors[]`, or `null` where the payload has no such list. */
export function errorCodes(payload: unknown): readonly number[] | null {
  return errorsIn(payload)?.codes ?? null;
}

/** Whether an error says that what was asked for is so, or is on its way, already. */
export function saysAlready(payload: unknown): boolean {
  return errorsIn(payload)?.messages.some((text) => /already|exist|pending|progress/i.test(text)) ?? false;
}

/**
 * Statuses that refuse a state change before anything is done, if the body is the vendor's own: the request (400, 413,
 * 422), the licence (402), the API client (403), the thing (404), its state (409, 412), the rate (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 412, 413, 422, 429]);

/**
 * Whether an answer to a state change refuses it before anything was done, as far as status and codes can say:
 * only by an error of the caller's making, and under a status that is a refusal or `success` with errors. A 5xx code
 * says that the vendor failed on the way, which proves nothing.
 */
export function isRefusal(status: number, codes: readonly number[], success: number): boolean {
  if (codes.length === 0 || !codes.every((code) => code >= 400 && code <= 499)) return false;
  return status === success || REFUSALS.has(status);
}

/** A redirect isn't followed: it would carry the credential to wherever it points. */
function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}

/** Nothing failed, something just isn't there. */
function isMissing(status: number, said: Said | null): boolean {
  if (said === null || said.codes.length === 0 || said.by_gateway) return false;
  return (status === 200 || status === 404) && said.codes.every((code) => code === 404);
}

/** Of several errors in one answer, the one that decides what to do: our credential, then the vendor, then the rest. */
function gravest(codes: readonly number[]): number {
  const order = [401, 403, 429];
  return order.find((code) => codes.includes(code)) ?? codes.find((code) => code >= 500) ?? codes[0] ?? 500;
}

function failureOf(
  status: number,
  answer: UpstreamAnswer,
  said: Said | null,
  asked: VendorQuestion,
): Failure {
  if (isRedirect(status)) return otherCloud(answer);
  if (status === 404) return noSuchThing(said, asked);
  if (status === 400) return badRequest(said, asked);
  // What an argument has to do with any other status, nobody can know.
  const { about: _about, ...plainly } = asked;
  return failureOfStatus(crowdstrike, status, answer, plainly, PERMISSIONS[asked.operation]);
}

/** The vendor sends an API client that belongs to another cloud there. */
export function otherCloud({ status, headers }: UpstreamAnswer): Failure {
  const api = apiNamedIn(headers);
  const settings = ["CROWDSTRIKE_BASE_URL"];
  return api === null
    ? redirected(crowdstrike, status, settings)
    : misconfigured(crowdstrike, { settings, why: `Its cloud for this customer is ${api}.`, status });
}

function noSuchThing(said: Said | null, { operation, about = [] }: VendorQuestion): Failure {
  const [argument] = about;
  if (BY_ID.has(operation) && argument !== undefined && said !== null && !said.by_gateway) {
    return rejected(crowdstrike, 404, argument);
  }
  return misconfigured(crowdstrike, {
    settings: ["CROWDSTRIKE_BASE_URL"],
    why: "There is no such route at this address.",
    status: 404,
  });
}

/** The vendor names the property or the parameter that it objects to in its message. */
function badRequest(said: Said | null, { about = [] }: VendorQuestion): Failure {
  const words = new Set(said?.messages.join(" ").match(/[a-z][a-z0-9_]*/g) ?? []);
  const field = [...ARGUMENT_OF.keys()].find((name) => words.has(name));
  const argument = field === undefined ? null : ARGUMENT_OF.get(field);
  if (argument && about.includes(argument)) return rejected(crowdstrike, 400, argument);
  return misconfigured(crowdstrike, { ...(field === undefined ? {} : { field }), status: 400 });
}
