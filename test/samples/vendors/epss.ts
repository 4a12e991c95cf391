import { expect } from "vitest";
import type { SampleVendor } from "../vendor.ts";

/** A CVE id of the right form, for a question that EPSS refuses. */
const REFUSED = "CVE-2099-99999";

export const epss: SampleVendor = {
  name: "epss",
  folder: "epss",
  environment: (url) => ({ EPSS_BASE_URL: url }),
  routes: [{ operation: "getEpss", method: "GET", path: /^\/data\/v1\/epss$/ }],
  usual: { getEpss: { json: { status: "OK", total: 0, data: [] } } },

  lab: {
    calls: [{ tool: "lookup_cve", args: { cve_id: "CVE-2021-44228" } }],
    records: { getEpss: ({ data }) => data },
  },

  caseOf({ http_status, json }) {
    const ok = http_status === 200;
    const row = ok ? json.data[0] : null;
    return {
      tool: "lookup_cve",
      args: { cve_id: ok ? row.cve : REFUSED },
      check({ data, coverage }) {
        const source = coverage.sources.find((one: { source: string }) => one.source === "epss");
        if (!ok) {
          expect(source).toMatchObject({ status: "error", count: 0, error: { kind: "invalid_request" } });
          return;
        }
        expect(source).toMatchObject({ status: "ok", count: 1 });
        expect(data.cve_id).toBe(row.cve);
        expect(data.epss).toEqual({
          score: Number(row.epss),
          percentile: Number(row.percentile),
          created_time: `${row.date}T00:00:00.000Z`,
        });
      },
    };
  },
};
