/** Declares the tool that asks the public sources about one CVE and puts their answers together. */
import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import { defineRead, type SourceReport } from "../../toolkit/read.ts";
import { intelligenceCredentials } from "./credentials.ts";
import { Cve, CveRecordId, cveOf } from "./cve.ts";
import { readEpss } from "./epss.ts";
import { type Heard, inCatalogue, remembering } from "./hearing.ts";
import { inTurn, readNvd } from "./nvd.ts";
import { readOsv } from "./osv.ts";

/** The longest that a caller is asked to wait before anybody is asked again. */
const LONGEST_WAIT_MS = 60_000;

/** How long NVD may be waited for because this instance asks it no more often. The answer takes some time, too. */
const TURNS_MS = 44_000;

/** How often a client hears that the call is still at work. */
const STILL_WAITING_MS = 5_000;

/** Everybody who is asked. */
const SOURCES = [
  intelligenceCredentials.osv,
  intelligenceCredentials.nvd,
  intelligenceCredentials.kev,
  intelligenceCredentials.epss,
] as const;

export const lookupCve = defineRead({
  name: "lookup_cve",
  title: "Look up a CVE",
  description:
    "What NVD, OSV, CISA KEV and EPSS know of a CVE: severity, whether it is exploited, how likely that is, fixed versions. Next: search_vulnerabilities with cve_id.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "vulnerabilities:read",
  credentials: SOURCES,
  input: z.strictObject({ cve_id: CveRecordId.describe("Such as CVE-2021-44228") }),
  output: Cve,
  async run({ cve_id }, { env, now, upstream, progress }) {
    const queried_at = new Date(now).toISOString();
    let done = 0;
    let waited = 0;
    // NVD may take most of a minute: without a word, clients give a call up.
    const waiting = setInterval(() => {
      waited += 1;
      progress({
        progress: done + waited / 100,
        total: SOURCES.length,
        message: "Still waiting for an answer.",
      });
    }, STILL_WAITING_MS);
    const heard = async <Said>(answer: Promise<Heard<Said>>) => {
      const its = await answer;
      done += 1;
      progress({ progress: done, total: SOURCES.length, message: `Asked ${its.report.source}.` });
      return its;
    };
    const [osv, nvd, kev, epss] = [
      upstream(intelligenceCredentials.osv),
      upstream(intelligenceCredentials.nvd),
      upstream(intelligenceCredentials.kev),
      upstream(intelligenceCredentials.epss),
    ];
    const about = { env, now, queried_at, cve_id };
    const until = now + TURNS_MS;
    const [fromOsv, fromNvd, fromKev, fromEpss] = await Promise.all([
      heard(remembering(about, osv, (patience) => readOsv(osv, cve_id, now, patience))),
      heard(
        remembering(about, nvd, (patience) =>
          // Who has an older answer doesn't wait for a turn.
          inTurn(() => readNvd(nvd, cve_id, patience), patience === undefined ? until : now),
        ),
      ),
      heard(inCatalogue(about, kev)),
      heard(remembering(about, epss, (patience) => readEpss(epss, cve_id, patience))),
    ]).finally(() => clearInterval(waiting));
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
