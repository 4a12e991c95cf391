import { expect } from "vitest";
import type { SampleVendor } from "../vendor.ts";

const LEVELS: Readonly<Record<string, string>> = {
  NONE: "Informational",
  LOW: "Low",
  MEDIUM: "Medium",
  HIGH: "High",
  CRITICAL: "Critical",
};
const NEWER = ["cvssMetricV40", "cvssMetricV31", "cvssMetricV30"];

export const nvd: SampleVendor = {
  name: "nvd",
  folder: "nvd",
  // Some samples are of the same CVE: what was said of it before is not to stand for them.
  environment: (url) => ({ NVD_BASE_URL: url, INTELLIGENCE_MEMORY_MS: "0" }),
  routes: [{ operation: "getCves", method: "GET", path: /^\/rest\/json\/cves\/2\.0$/ }],
  usual: { getCves: { json: { totalResults: 0, vulnerabilities: [] } } },

  caseOf({ http_status, json }) {
    const ok = http_status === 200;
    const cve = ok ? json.vulnerabilities[0].cve : null;
    return {
      tool: "lookup_cve",
      args: { cve_id: ok ? cve.id : "CVE-2099-99999" },
      check({ data, coverage }) {
        const source = coverage.sources.find((one: { source: string }) => one.source === "nvd");
        if (!ok) {
          const code = http_status === 403 ? "rate_limited" : "upstream_unavailable";
          expect(source).toMatchObject({ status: "error", error: { kind: "transient", code } });
          return;
        }
        expect(source).toMatchObject({ status: "ok", count: 1 });
        expect(coverage).toMatchObject({ complete: true, unreadable: 0 });
        expect(data.status).toBe(cve.vulnStatus);
        const english = cve.descriptions.find(({ lang }: { lang: string }) => lang === "en").value;
        // One line, whatever it was.
        expect(data.desc.slice(0, 90)).toBe(english.trim().replaceAll(/\s+/g, " ").slice(0, 90));
        expect(data.created_time).toBe(`${cve.published}Z`);
        expect(data.modified_time).toBe(`${cve.lastModified}Z`);
        expect(data.references[0]).toBe(cve.references[0]?.url);
        const newer = NEWER.flatMap((name) => cve.metrics[name] ?? []);
        const best = newer.find(({ type }) => type === "Primary") ?? newer[0];
        const level = best?.cvssData.baseSeverity ?? cve.metrics.cvssMetricV2?.[0].baseSeverity;
        expect(data.severity).toBe(level === undefined ? "Unknown" : LEVELS[level]);
        const rated = [...newer, ...(cve.metrics.cvssMetricV2 ?? [])];
        expect(data.cvss.map(({ base_score }: { base_score: number }) => base_score)).toEqual(
          rated.map(({ cvssData }) => cvssData.baseScore),
        );
      },
    };
  },

  lab: {
    calls: ["CVE-2021-44228", "CVE-2004-0230", "CVE-2024-38063"].map((cve_id) => ({
      tool: "lookup_cve",
      args: { cve_id },
    })),
    records: { getCves: ({ vulnerabilities }) => vulnerabilities.map(({ cve }: { cve: unknown }) => cve) },
  },
};
