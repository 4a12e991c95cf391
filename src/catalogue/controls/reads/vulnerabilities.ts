/** Reads open vulnerabilities for controls, without those that somebody has accepted as a risk. */
import type { Vulnerability } from "../../../capabilities/vulnerabilities/vulnerability.ts";
import { tenableCredentials } from "../../../connectors/tenable/credentials.ts";
import { tenable } from "../../../connectors/tenable/errors.ts";
import { exportOf, notReady, partsMissing } from "../../../connectors/tenable/export.ts";
import { exportFilters, isAsked } from "../../../connectors/tenable/finding-filter.ts";
import { BEGINNING, readPage } from "../../../connectors/tenable/finding-page.ts";
import { modificationOf, vulnerabilityOf } from "../../../connectors/tenable/normalise.ts";
import type { Severity } from "../../../toolkit/severity.ts";
import type { Read } from "../control.ts";
import { gapsIn, unreadable } from "../gaps.ts";

/** A few tens of megabytes as objects: what an isolate has room for. */
const MOST = 20_000;
/** Of the 45 s that a source has, how much may pass before the last chunk is begun. */
const WAIT_MS = 20_000;

interface Wanted {
  /** Those of one severity; without it, of any. */
  readonly severity?: Severity;
  /** What the control can't do without. */
  readonly rests_on?: keyof Vulnerability;
}

/**
 * Open vulnerabilities, whenever they were last seen. What somebody has accepted as a risk is left out: that decision
 * is made, and kept at the scanner.
 */
export function openVulnerabilities({ severity, rests_on }: Wanted = {}): Read<Vulnerability> {
  const what = `open ${severity === undefined ? "" : `${severity} `}vulnerabilities`;
  return {
    what,
    credential: tenableCredentials.read,
    // Nothing found is what everybody hopes for, of one severity. A scanner that has found nothing at all has not scanned.
    population: severity === undefined,
    async run(upstream, { now }) {
      const asked = severity === undefined ? {} : { severity: [severity] };
      const page = await readPage(upstream, await exportOf(upstream, exportFilters(asked), now), {
        from: BEGINNING,
        most: MOST,
        // The export may be one of everything.
        keep: (finding) => modificationOf(finding) !== "accepted" && isAsked(finding, asked),
        until: now + WAIT_MS,
      });
      const { next, state, lost } = page;
      // An asset that is scanned meanwhile may be in two chunks.
      const byId = new Map(
        page.findings.map(vulnerabilityOf).map((found) => [found.vulnerability_id, found]),
      );
      const items = [...byId.values()];
      const rated = items.map(({ severity_id, severity }) => ({
        severity: severity_id === 0 ? null : severity,
      }));
      const error =
        partsMissing(state, lost) ??
        unreadable(tenable, what, page.unreadable) ??
        (severity === undefined ? null : gapsIn(tenable, what, rated, "severity")) ??
        (rests_on === undefined ? null : gapsIn(tenable, what, items, rests_on)) ??
        (next === null || state.finished ? null : notReady());
      return { items, error, more: next !== null };
    },
  };
}
