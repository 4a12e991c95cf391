/**
 * What goes wrong between us and a vendor, in words that a model can act on. Only our own words: a vendor's
 * text may hold anything, and what an attacker can put on a device ends up in it.
 */
import { Failure } from "../failure.ts";
import type { UpstreamAnswer } from "./upstream.ts";
import type { Vendor, VendorQuestion } from "./vendor.ts";

/** What a transient failure says where the vendor names no time itself. */
const DEFAULT_RETRY_AFTER_MS = 2000;

/** A day. A vendor whose header says more, or a number beyond any, is asked again all the same. */
const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

interface Circumstances {
  readonly status?: number;
  readonly retry_after_ms?: number | null;
  readonly cause?: unknown;
}

function detail({ status, retry_after_ms, cause }: Circumstances) {
  return {
    ...(status === undefined ? {} : { upstream_status: status }),
    ...(retry_after_ms === undefined || retry_after_ms === null
      ? {}
      : { retry_after_ms: Math.min(retry_after_ms, LONGEST_RETRY_AFTER_MS) }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** No answer, or an answer that says that the vendor can't just now. */
export function unavailable(vendor: Vendor, circumstances: Circumstances = {}): Failure {
  const said =
    circumstances.status === undefined ? "could not be reached" : `answered HTTP ${circumstances.status}`;
  return new Failure(
    "upstream_unavailable",
    `${vendor.title} ${said}. This says nothing about what it holds.`,
    {
      next_step: "Make the same call again after retry_after_ms. If it keeps failing, tell the user.",
      ...detail(circumstances),
    },
  );
}

/** No answer in time. */
export function timedOut(vendor: Vendor, cause?: unknown): Failure {
  return new Failure("upstream_timeout", `${vendor.title} did not answer in time.`, {
    next_step: "Make the same call again after retry_after_ms. A narrower question is answered faster.",
    ...detail({ cause }),
  });
}

/** The vendor asks us to slow down. */
export function rateLimited(vendor: Vendor, circumstances: Circumstances = {}): Failure {
  return new Failure(
    "rate_limited",
    `${vendor.title} limits how often it may be asked, and the limit is reached.`,
    {
      next_step: "Wait retry_after_ms, then make the same call again.",
      ...detail(circumstances),
    },
  );
}

/** Not asked at all, because this instance has used up what it allows itself. */
export function budgetSpent(
  vendor: Vendor,
  credential: string,
  { per_minute }: { readonly per_minute: number },
  retry_after_ms: number,
): Failure {
  return new Failure(
    "rate_limited",
    `This instance asks ${vendor.title} at most ${per_minute} times a minute with ${credential}, for everybody together, and has. Nothing was sent.`,
    { next_step: "Wait retry_after_ms, then make the same call again.", retry_after_ms, attempts: 0 },
  );
}

/** Not asked at all, because others ask too, and this person has had what is theirs. */
export function shareSpent(
  vendor: Vendor,
  credential: string,
  { per_minute }: { readonly per_minute: number },
  retry_after_ms: number,
): Failure {
  return new Failure(
    "rate_limited",
    `The person you act for has used their share of the ${per_minute} requests a minute that this instance sends ${vendor.title} with ${credential}. Other people are asking too. Nothing was sent.`,
    { next_step: "Wait retry_after_ms, then make the same call again.", retry_after_ms, attempts: 0 },
  );
}

/** Not asked at all, because the vendor has been failing. */
export function circuitOpen(vendor: Vendor, retry_after_ms: number): Failure {
  return new Failure(
    "circuit_open",
    `${vendor.title} failed several times in a row, so it is not being asked for a moment. Nothing was sent.`,
    { next_step: "Make the same call again after retry_after_ms.", retry_after_ms, attempts: 0 },
  );
}

/**
 * The vendor refuses what the caller asked for. Only for a refusal that is about an argument of the call: nothing else
 * is the caller's to mend, see {@link misconfigured}.
 * @param argument its name, as the tool has it
 */
export function rejected(vendor: Vendor, status: number, argument: string): Failure {
  return new Failure(
    "upstream_rejected",
    `${vendor.title} refused the request because of the argument ${argument} (HTTP ${status}).`,
    {
      next_step: `Change ${argument}. The same call will be refused again.`,
      issues: [
        {
          path: argument,
          message: `${vendor.title} doesn't accept this value.`,
          hint: "Use a value that a search returned, or another filter.",
        },
      ],
      upstream_status: status,
    },
  );
}

/** What is known of a refusal that those who run the instance have to look into. */
interface Misconfiguration {
  /** The variables to look at, as far as they are known. */
  readonly settings?: readonly string[];
  /** The vendor's name for what it objects to. Only a name from a closed list, or of a closed form. */
  readonly field?: string;
  /** What is wrong, in a sentence of ours. */
  readonly why?: string;
  readonly status?: number;
}

/**
 * The vendor refuses what this instance sends by itself: a setting is wrong or missing. The caller can't mend it.
 * Of a state change, say in `why` that nothing was done.
 */
export function misconfigured(
  vendor: Vendor,
  { settings = [], field, why, status }: Misconfiguration = {},
): Failure {
  const http = status === undefined ? "" : ` (HTTP ${status})`;
  const about = field === undefined ? "" : ` It objects to ${field}.`;
  const said = why === undefined ? "" : ` ${why}`;
  const where = settings.length === 0 ? "" : ` Look at ${settings.join(", ")}.`;
  return new Failure(
    "misconfigured",
    `${vendor.title} refused a request that this instance sent in its own form${http}.${about}${said}`,
    {
      next_step: `Tell the people who run this instance.${where} Repeating the call will not help.`,
      settings,
      ...(status === undefined ? {} : { upstream_status: status }),
    },
  );
}

/** The vendor, or something in front of it, points elsewhere: to another address of its own, or to a page to sign in at. */
export function redirected(vendor: Vendor, status: number, settings: readonly string[] = []): Failure {
  const why = "It redirects to another address, which was not followed. The base URL may be wrong.";
  return misconfigured(vendor, { settings, why, status });
}

/** True for a redirect, which is not followed: the request was not handled. A 303 says that it was. */
export function turnsAway(status: number): boolean {
  return status >= 300 && status <= 399 && status !== 303;
}

/** The same failure of a state change, with the words for it that nothing was done. */
export function withoutEffect(failure: Failure, said: string): Failure {
  return failure.message.endsWith(said)
    ? failure
    : new Failure(failure.code, `${failure.message} ${said}`, failure.detail);
}

/** The vendor's answer is longer than any that is read. Fewer things at once make a shorter one. */
export function answerTooLarge(vendor: Vendor, operation: string): Failure {
  return new Failure(
    "too_large",
    `${vendor.title}'s answer to ${operation} is too large to be read. Nothing of it was used.`,
    { next_step: "Make the same call with a smaller limit, or narrow the question." },
  );
}

/** The vendor refuses our credential, or what it may do. */
export function credentialRejected(
  vendor: Vendor,
  asked: VendorQuestion,
  status: number,
  missing_permission: string | null = null,
): Failure {
  const why =
    missing_permission === null
      ? "It may be wrong, revoked or expired."
      : `It needs the permission "${missing_permission}".`;
  return new Failure(
    "credential_rejected",
    `${vendor.title} refused Sallyport's credential ${asked.credential} (HTTP ${status}). ${why}`,
    {
      next_step: `Tell the people who run this instance that the credential ${asked.credential} needs attention. Other tools may still work.`,
      upstream_status: status,
    },
  );
}

/** The vendor answered in a shape that we don't know. */
export function contractChanged(
  vendor: Vendor,
  operation: string,
  contract_path: string,
  circumstances: Circumstances = {},
): Failure {
  const where = contract_path === "" ? "as a whole" : `at ${contract_path}`;
  return new Failure(
    "upstream_contract_changed",
    `${vendor.title}'s answer to ${operation} is not what its API describes, ${where}. Nothing of it was used.`,
    {
      next_step:
        "Tell the people who run this instance, with the audit_id. Repeating the call will not help.",
      contract_path,
      ...detail(circumstances),
    },
  );
}

/** The failure as it ends a call: how often the vendor was asked, and when to come back. */
export function concluded(failure: Failure, attempts: number): Failure {
  return new Failure(failure.code, failure.message, {
    ...failure.detail,
    attempts: failure.detail.attempts ?? attempts,
    ...(failure.retryable ? { retry_after_ms: failure.detail.retry_after_ms ?? DEFAULT_RETRY_AFTER_MS } : {}),
  });
}

/** The vendor listed more than it then described. */
export function incomplete(vendor: Vendor, listed: number, described: number): Failure {
  return new Failure(
    "upstream_unavailable",
    `${vendor.title} listed ${listed} and described ${described} of them; the others are missing from this answer.`,
    { next_step: "Make the same call again for the whole page. What is missing now may have been removed." },
  );
}

/** The vendor said that there is a next page, and nothing is on it: what should be there was lost, or went meanwhile. */
export function pageLost(vendor: Vendor): Failure {
  return new Failure(
    "upstream_unavailable",
    `${vendor.title} said that there is more, and its next page was empty. What should be on it is missing.`,
    {
      next_step:
        "Begin the search anew, without cursor. If it ends like this again, conclude nothing from what is missing.",
    },
  );
}

/**
 * What an HTTP status means as a failure where a vendor gives it no meaning of its own: the end of every
 * vendor's table.
 * @param status the answer's own, or the one that its body reports
 * @param permission what the operation needs, in the vendor's words, for a 403
 */
export function failureOfStatus(
  vendor: Vendor,
  status: number,
  answer: UpstreamAnswer,
  asked: VendorQuestion,
  permission: string | undefined,
): Failure {
  const retry_after_ms = vendor.retryAfterMs(answer.headers, answer.at);
  switch (status) {
    case 401:
      return credentialRejected(vendor, asked, status);
    case 403:
      return credentialRejected(vendor, asked, status, permission);
    case 408:
    case 504:
      return timedOut(vendor);
    case 429:
      return rateLimited(vendor, { status, retry_after_ms });
    default:
      if (status >= 500) return unavailable(vendor, { status, retry_after_ms });
      // A vendor's table says more where it knows more. What no argument explains is nothing for the caller.
      if (status >= 400) {
        const [argument] = asked.about ?? [];
        return argument === undefined
          ? misconfigured(vendor, { status })
          : rejected(vendor, status, argument);
      }
      // Nothing is followed: a redirect would carry the credential to wherever it points.
      if (status >= 300 && status <= 399) return redirected(vendor, status);
      // A success that isn't one.
      return contractChanged(vendor, asked.operation, "", { status });
  }
}
