/** How the public sources say that something went wrong, as one table and what each of them does otherwise. */
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
import { waitByRetryAfter } from "../../toolkit/upstream/retry-after.ts";
import type { Patience, UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { Budget, Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { type SourceUrl, sourceSettings } from "./settings.ts";

/** What a source means by an answer; `undefined` where it is what the status says. */
type Peculiar = (
  source: Vendor,
  answer: UpstreamAnswer,
  payload: unknown,
  asked: VendorQuestion,
) => Failure | null | undefined;

interface PublicSource {
  readonly name: string;
  readonly title: string;
  /** The variable that says where it is. */
  readonly setting: SourceUrl;
  readonly budget?: Omit<Budget, "shares">;
  readonly patience?: Patience;
  readonly peculiar?: Peculiar;
}

/** Most of them document no limit: a number of ours, out of courtesy to who pays for them. */
const COURTESY = { per_minute: () => 300 };

function publicSource({
  name,
  title,
  setting,
  budget = COURTESY,
  patience,
  peculiar = () => undefined,
}: PublicSource): Vendor {
  const source: Vendor = {
    name,
    title,
    settings: sourceSettings(setting),
    ...(patience === undefined ? {} : { patience }),
    budget: { ...budget, shares: { [`${name}.read`]: 1 } },
    errorOf(answer, payload, asked) {
      const meant = peculiar(source, answer, payload, asked);
      return meant === undefined ? failureOf(source, setting, answer, payload, asked) : meant;
    },
    retryAfterMs: waitByRetryAfter,
  };
  return source;
}

function failureOf(
  source: Vendor,
  setting: SourceUrl,
  answer: UpstreamAnswer,
  payload: unknown,
  asked: VendorQuestion,
): Failure | null {
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
  if (status >= 300 && status <= 399) return redirected(source, status, [setting]);
  // Another refusal: what stands at this URL isn't the source.
  return misconfigured(source, { status, settings: [setting] });
}

/** gRPC's NOT_FOUND, as OSV answers it. A 404 of anything in front of OSV says nothing of vulnerabilities. */
export const OsvUnknown = z.object({ code: z.literal(5), message: z.string().catch("") });

export const osv = publicSource({
  name: "osv",
  title: "OSV.dev",
  setting: "OSV_BASE_URL",
  peculiar: (_source, { status }, payload) =>
    status === 404 && OsvUnknown.safeParse(payload).success ? null : undefined,
});

/** NVD counts requests in a rolling window of this length, and doesn't say when there is room again. */
const NVD_WINDOW_MS = 30_000;

/**
 * NVD's reason stands in a header, and the status misleads: 403 is its firewall's rate limit, and 404 is what it
 * says to a key that it doesn't know. A CVE that it doesn't know is an empty list under 200.
 */
export const nvd = publicSource({
  name: "nvd",
  title: "NVD",
  setting: "NVD_BASE_URL",
  // Documented: 5 requests in half a minute without a key, and 50 with one.
  budget: {
    per_minute: ({ NVD_API_KEY }: { NVD_API_KEY: string }) => (NVD_API_KEY ? 100 : 10),
    burst: ({ NVD_API_KEY }: { NVD_API_KEY: string }) => (NVD_API_KEY ? 50 : 5),
  },
  // It takes half a minute and more at times. To give up and ask again would only begin that anew.
  patience: { attempts: 1, attempt_ms: 44_000, deadline_ms: 45_000 },
  peculiar(source, { status, headers, at }, _payload, asked) {
    if (status === 403 || status === 429) {
      const retry_after_ms = waitByRetryAfter(headers, at) ?? NVD_WINDOW_MS;
      return rateLimited(source, { status, retry_after_ms });
    }
    const about_key = /api ?key/i.test(headers.get("message") ?? "");
    return status === 404 && about_key ? credentialRejected(source, asked, status) : undefined;
  },
});

/**
 * "Not modified" is an answer to the entity tag that we hold. The network in front of CISA turns the addresses of
 * clouds away (403), and a mirror of the file helps.
 */
export const kev = publicSource({
  name: "kev",
  title: "CISA KEV",
  setting: "CISA_KEV_BASE_URL",
  peculiar(source, { status }) {
    if (status === 304) return null;
    if (status !== 403 && status !== 404) return undefined;
    return misconfigured(source, {
      status,
      settings: ["CISA_KEV_BASE_URL", "CISA_KEV_PATH"],
      why: "CISA turns away requests from many clouds. They can lead to a mirror of the catalogue instead.",
    });
  },
});

export const epss = publicSource({ name: "epss", title: "FIRST EPSS", setting: "EPSS_BASE_URL" });
