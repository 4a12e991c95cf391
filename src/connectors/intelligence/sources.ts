/** How the public sources say that something went wrong, as one table and what each of them does otherwise. */
import * as z from "zod";
import {
  contractChanged,
  credentialRejected,
  misconfigured,
  rateLimited,
  rejected,
  timedOut,
  unavailable,
} from "../../downstream/failures.ts";
import { waitByRetryAfter } from "../../downstream/retry-after.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked, Vendor } from "../../downstream/vendor.ts";
import type { Budget } from "../../downstream/vendor-budget.ts";
import type { Failure } from "../../path/failure.ts";

/** What a source means by an answer; `undefined` where it is what the status says. */
type Peculiar = (
  source: Vendor,
  answer: UpstreamAnswer,
  payload: unknown,
  asked: Asked,
) => Failure | null | undefined;

function publicSource(
  name: string,
  title: string,
  budget: Omit<Budget, "shares">,
  peculiar: Peculiar = () => undefined,
): Vendor {
  const source: Vendor = {
    name,
    title,
    budget: { ...budget, shares: { [`${name}.read`]: 1 } },
    errorOf(answer, payload, asked) {
      const meant = peculiar(source, answer, payload, asked);
      return meant === undefined ? failureOf(source, answer, payload, asked) : meant;
    },
    retryAfterMs: waitByRetryAfter,
  };
  return source;
}

function failureOf(source: Vendor, answer: UpstreamAnswer, payload: unknown, asked: Asked): Failure | null {
  const { status, headers, at } = answer;
  if (status >= 200 && status <= 299) {
    return payload === undefined ? contractChanged(source, asked.operation, "", { status }) : null;
  }
  const retry_after_ms = source.retryAfterMs(headers, at);
  if (status === 429) return rateLimited(source, { status, retry_after_ms });
  if (status === 408 || status === 504) return timedOut(source);
  if (status >= 500) return unavailable(source, { status, retry_after_ms });
  const [argument] = asked.about ?? [];
  if (status === 422 && argument !== undefined) return rejected(source, status, argument);
  if (status >= 400) return misconfigured(source, { status });
  return contractChanged(source, asked.operation, "", { status });
}

/** gRPC's NOT_FOUND, as OSV answers it. A 404 of anything in front of OSV says nothing of vulnerabilities. */
export const OsvUnknown = z.object({ code: z.literal(5), message: z.string().catch("") });

/** The others document no limit: a number of ours, out of courtesy to who pays for them. */
const COURTESY = { per_minute: () => 300 };

export const osv = publicSource("osv", "OSV.dev", COURTESY, (_source, { status }, payload) =>
  status === 404 && OsvUnknown.safeParse(payload).success ? null : undefined,
);

/** Documented: 5 requests in half a minute without a key, and 50 with one. */
const NVD_BUDGET = {
  per_minute: ({ NVD_API_KEY }: Env) => (NVD_API_KEY ? 100 : 10),
  burst: ({ NVD_API_KEY }: Env) => (NVD_API_KEY ? 50 : 5),
};
/** NVD counts requests in a rolling window of this length, and doesn't say when there is room again. */
const NVD_WINDOW_MS = 30_000;

/**
 * NVD's reason stands in a header, and the status misleads: 403 is its firewall's rate limit, and 404 is what it
 * says to a key that it doesn't know. A CVE that it doesn't know is an empty list under 200.
 */
export const nvd = publicSource(
  "nvd",
  "NVD",
  NVD_BUDGET,
  (source, { status, headers, at }, _payload, asked) => {
    if (status === 403 || status === 429) {
      const retry_after_ms = waitByRetryAfter(headers, at) ?? NVD_WINDOW_MS;
      return rateLimited(source, { status, retry_after_ms });
    }
    const about_key = /api ?key/i.test(headers.get("message") ?? "");
    return status === 404 && about_key ? credentialRejected(source, asked, status) : undefined;
  },
);

/** "Not modified" is an answer to the entity tag that we hold. */
export const kev = publicSource("kev", "CISA KEV", COURTESY, (_source, { status }) =>
  status === 304 ? null : undefined,
);

export const epss = publicSource("epss", "FIRST EPSS", COURTESY);
