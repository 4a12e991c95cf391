import * as z from "zod";
import type { Upstream } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import { defineRead, type SourceReport } from "../../path/tool.ts";
import { Cve, CveId, cveOf } from "./cve.ts";
import { readEpss } from "./epss.ts";
import { knownExploited } from "./kev.ts";
import { readNvd } from "./nvd.ts";
import { readOsv } from "./osv.ts";

/** The longest that a caller is asked to wait before anybody is asked again. */
const LONGEST_WAIT_MS = 60_000;

/** Everybody who is asked. */
const SOURCES = ["osv.read", "nvd.read", "kev.read", "epss.read"] as const;

export const lookupCve = defineRead({
  name: "lookup_cve",
  title: "Look up a CVE",
  description:
    "What NVD, OSV, CISA KEV and EPSS know of a CVE: severity, whether it is exploited, how likely that is, fixed versions. Next: search_vulnerabilities with cve_id.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "vulnerabilities:read",
  credentials: SOURCES,
  input: z.strictObject({ cve_id: CveId.describe("Such as CVE-2021-44228") }),
  output: Cve,
  async run({ cve_id }, { now, upstream, progress }) {
    const queried_at = new Date(now).toISOString();
    let done = 0;
    const ask = async <Said>(through: Upstream, read: Promise<Said | null>) => {
      const answer = await asked(through, queried_at, read);
      done += 1;
      progress({ progress: done, total: SOURCES.length, message: `Asked ${through.source}.` });
      return answer;
    };
    const [osv, nvd, kev, epss] = [
      upstream("osv.read"),
      upstream("nvd.read"),
      upstream("kev.read"),
      upstream("epss.read"),
    ];
    const [fromOsv, fromNvd, fromKev, fromEpss] = await Promise.all([
      ask(osv, readOsv(osv, cve_id)),
      ask(nvd, readNvd(nvd, cve_id)),
      ask(
        kev,
        knownExploited(kev).then((entries) => entries.get(cve_id) ?? null),
      ),
      ask(epss, readEpss(epss, cve_id)),
    ]);
    const all = [fromOsv, fromNvd, fromKev, fromEpss];
    const sources = all.map(({ report }) => report);
    if (all.every(({ said }) => said === undefined)) throw nobodyAnswered(sources);
    // Only if everybody was asked: whom we couldn't ask may know it.
    if (all.every(({ said }) => said === null)) {
      return { outcome: "not_found", resource: { kind: "cve", id: cve_id }, sources };
    }
    const data = cveOf(cve_id, {
      nvd: fromNvd.said,
      osv: fromOsv.said,
      kev: fromKev.said,
      epss: fromEpss.said,
    });
    return { outcome: "found", data, sources };
  },
});

/** What a source said, with its report: `null` is "nothing known", `undefined` "could not be asked". */
interface Asked<Said> {
  readonly said: Said | null | undefined;
  readonly report: SourceReport;
}

/** @throws whatever isn't the source's failure: our own faults are nobody's incomplete coverage */
async function asked<Said>(
  { source }: Upstream,
  queried_at: string,
  read: Promise<Said | null>,
): Promise<Asked<Said>> {
  try {
    const said = await read;
    return { said, report: { source, status: "ok", count: said === null ? 0 : 1, queried_at } };
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return { said: undefined, report: { source, status: "error", count: 0, queried_at, error: thrown } };
  }
}

/** One failure for all of them: worth a retry if it is for any. */
function nobodyAnswered(sources: readonly SourceReport[]): Failure {
  const failures = sources.flatMap(({ error }) => error ?? []);
  const passing = failures.filter(({ retryable }) => retryable);
  const [first] = failures;
  if (passing.length === 0 && first !== undefined) return first;
  const waits = passing.flatMap(({ detail }) => detail.retry_after_ms ?? []);
  const attempts = failures.reduce((sum, { detail }) => sum + (detail.attempts ?? 0), 0);
  const names = sources.map(({ source }) => source).join(", ");
  return new Failure(
    "upstream_unavailable",
    `None of ${names} could be asked. This says nothing about the CVE.`,
    {
      next_step: "Make the same call again after retry_after_ms. If it keeps failing, tell the user.",
      retry_after_ms: Math.min(LONGEST_WAIT_MS, ...waits),
      attempts,
    },
  );
}
