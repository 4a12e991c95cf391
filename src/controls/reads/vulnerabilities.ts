import type { Severity } from "../../connectors/severity.ts";
import { exported } from "../../connectors/tenable/export.ts";
import { exportFilters } from "../../connectors/tenable/finding-filter.ts";
import { partsMissing, readPage } from "../../connectors/tenable/finding-page.ts";
import { type Vulnerability, vulnerabilityOf } from "../../connectors/tenable/normalise.ts";
import type { Read } from "../control.ts";

/** A few tens of megabytes as objects: what an isolate has room for. */
const MOST = 20_000;
/** Of the 20 s that a source has, how much may pass before the last chunk is begun. */
const WAIT_MS = 12_000;

/**
 * Open vulnerabilities of `severity`, or of any, whenever they were last seen. What somebody has accepted as a risk
 * is left out: that decision is made, and kept at the scanner.
 */
export function openVulnerabilities(severity?: Severity): Read<Vulnerability> {
  return {
    what: `open ${severity === undefined ? "" : `${severity} `}vulnerabilities`,
    credential: "tenable.read",
    // Nothing found is what everybody hopes for, of one severity. A scanner that has found nothing at all has not scanned.
    population: severity === undefined,
    async run(upstream, { now }) {
      const until = now + WAIT_MS;
      const filters = exportFilters(severity === undefined ? {} : { severity: [severity] });
      const source = await exported(upstream, filters, until);
      const { findings, next } = await readPage(upstream, source, {
        from: null,
        most: MOST,
        keep: ({ severity_modification_type }) => severity_modification_type !== "ACCEPTED",
        until,
      });
      return { items: findings.map(vulnerabilityOf), error: partsMissing(source), more: next !== null };
    },
  };
}
