/** Simulates OSV. */
import type { Simulator, VendorReply } from "../simulator.ts";
import { publicSource } from "./public-source.ts";
import { startOf, type Vulnerability, vulnerabilities, vulnerability } from "./vulnerabilities.ts";

/** gRPC's codes, as the gateway in front of OSV writes them. */
const codes: Record<number, number> = { 400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14 };

const failure = (status: number, message: string): VendorReply => ({
  status,
  body: { code: codes[status] ?? 2, message, details: [] },
});

/** OSV.dev: open source vulnerabilities, each under one id; others for the same thing are aliases. */
export function osv(): Simulator {
  return publicSource({
    vendor: "osv",
    operation: {
      id: "OSV_GetVulnById",
      method: "GET",
      path: "/v1/vulns/{id}",
      handle({ params: { id = "" } }) {
        const byAlias = vulnerabilities.find(
          ({ ghsa, advisories }) => ghsa === id || advisories?.includes(id),
        );
        const found = byAlias ?? vulnerability(id);
        if (!found?.packages) return failure(404, "Bug not found.");
        if (!byAlias && found.onlyAsAlias) {
          const known = [found.ghsa, ...(found.advisories ?? [])].join(" ");
          return failure(404, `Bug not found, but the following aliases were: ${known}`);
        }
        return { status: 200, body: record(found, id) };
      },
    },
    failure: (_request, status) => failure(status, `Request failed with status ${status}`),
    partial: () => ({ status: 200, body: {} }),
    renamed: { id: "osv_id", aliases: "alias_ids" },
  });
}

function record(found: Vulnerability, id: string): object {
  const { cve, ghsa, advisories = [], summary, published, cvss, packages = [] } = found;
  // Advisories of Go have neither severity nor, some of them, a time.
  const bare = advisories.includes(id);
  return {
    schema_version: "1.7.0",
    id,
    published: bare ? "0001-01-01T00:00:00Z" : `${startOf(published)}Z`,
    modified: `${startOf(published)}Z`,
    aliases: [cve, ...(ghsa ? [ghsa] : []), ...advisories].filter((alias) => alias !== id),
    summary,
    details: summary,
    affected: packages.map(({ ecosystem, name, fixed }) => ({
      package: { ecosystem, name },
      ranges: fixed.map((version) => ({
        type: "ECOSYSTEM",
        events: [{ introduced: "0" }, { fixed: version }],
      })),
    })),
    references: [{ type: "ADVISORY", url: `https://nvd.nist.gov/vuln/detail/${cve}` }],
    ...(cvss && !bare && { severity: [{ type: "CVSS_V3", score: cvss.vector }] }),
  };
}
