import { expect } from "vitest";
import type { SampleVendor } from "../vendor.ts";

export const kev: SampleVendor = {
  name: "kev",
  folder: "cisa-kev",
  environment: (url) => ({ CISA_KEV_BASE_URL: url }),
  routes: [{ operation: "getKevCatalog", method: "GET", path: /^\/sites\/default\/files\/feeds\/[\w.]+$/ }],
  usual: { getKevCatalog: { json: { count: 1, vulnerabilities: [{ cveID: "CVE-2002-0367" }] } } },

  caseOf({ http_status, json }) {
    const ok = http_status === 200;
    const entry = ok ? json.vulnerabilities.at(-1) : null;
    return {
      tool: "lookup_cve",
      args: { cve_id: ok ? entry.cveID : "CVE-2021-44228" },
      check({ data, coverage, error }) {
        if (!ok) {
          const source = coverage?.sources.find((one: { source: string }) => one.source === "kev");
          expect(source?.error ?? error).toMatchObject({
            kind: "configuration",
            code: "misconfigured",
            settings: expect.arrayContaining(["CISA_KEV_BASE_URL"]),
          });
          expect(data?.known_exploited ?? null).toBeNull();
          return;
        }
        expect(data).toMatchObject({
          known_exploited: true,
          kev: {
            added_time: `${entry.dateAdded}T00:00:00.000Z`,
            due_time: `${entry.dueDate}T00:00:00.000Z`,
            ransomware: entry.knownRansomwareCampaignUse,
          },
        });
      },
    };
  },

  lab: {
    calls: [{ tool: "lookup_cve", args: { cve_id: "CVE-2021-44228" } }],
    records: { getKevCatalog: ({ vulnerabilities }) => vulnerabilities },
  },
};
