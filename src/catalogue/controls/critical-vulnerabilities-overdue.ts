/** Fails where a critical vulnerability is still open 30 days after it was found. */
import { defineControl } from "./control.ts";
import { daysSince } from "./days.ts";
import { openVulnerabilities } from "./reads/vulnerabilities.ts";

/** "Within one month of release", PCI DSS 4.0.1, 6.3.3. Counted from when the scanner first saw it. */
const DAYS = 30;

export const criticalVulnerabilitiesOverdue = defineControl({
  control_id: "critical-vulnerabilities-overdue",
  title: "Critical vulnerabilities older than their deadline",
  question: "Is every critical vulnerability remediated within 30 days of being found?",
  violations: `critical vulnerabilities open for more than ${DAYS} days`,
  requirements: {
    soc2: ["CC7.1"],
    iso27001: ["A.8.8"],
    pci_dss: ["6.3.3"],
    cis: ["7.7"],
  },
  severity: "critical",
  reads: { vulnerabilities: openVulnerabilities({ severity: "critical", rests_on: "first_seen_time" }) },
  judge: ({ vulnerabilities }, now) =>
    vulnerabilities
      // Of those that don't say when they were first seen, the read has said that it can't.
      .flatMap(({ first_seen_time, ...vulnerability }) =>
        first_seen_time === null ? [] : [{ ...vulnerability, first_seen_time }],
      )
      .filter(({ first_seen_time }) => daysSince(first_seen_time, now) >= DAYS)
      .toSorted((a, b) => (a.first_seen_time < b.first_seen_time ? -1 : 1))
      .map(({ vulnerability_id, title, cve_id, device, first_seen_time }) => ({
        resource: { type: "vulnerability", uid: vulnerability_id, name: title },
        facts: {
          vulnerability_id,
          title,
          cve_id,
          hostname: device.hostname,
          first_seen_time,
          days_open: daysSince(first_seen_time, now),
        },
      })),
});
