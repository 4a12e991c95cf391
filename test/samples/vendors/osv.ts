import { expect } from "vitest";
import type { SampleVendor } from "../vendor.ts";

const CVE = /^CVE-\d{4}-\d+$/;
const NOT_FOUND = { status: 404, json: { code: 5, message: "Vulnerability not found", details: [] } };

export const osv: SampleVendor = {
  name: "osv",
  folder: "osv",
  environment: (url) => ({ OSV_BASE_URL: url }),
  routes: [{ operation: "OSV_GetVulnById", method: "GET", path: /^\/v1\/vulns\/[^/]+$/ }],
  usual: { OSV_GetVulnById: NOT_FOUND },

  caseOf({ http_status, json }) {
    if (http_status === 404) {
      const named = json.message.match(/(?:GHSA|GO)-[\w-]+/g) ?? [];
      const cve_id = "CVE-2099-00001";
      return {
        tool: "lookup_cve",
        args: { cve_id },
        others: {
          OSV_GetVulnById: ({ url }) => {
            const id = url.pathname.split("/").at(-1);
            return { json: { id, modified: "2024-01-01T00:00:00Z", aliases: [cve_id] } };
          },
        },
        check(result) {
          if (named.length === 0) expect(result.status).toBe("not_found");
          else expect(result.data.aliases).toEqual(named);
        },
      };
    }
    const cve_id = [json.id, ...json.aliases].find((id: string) => CVE.test(id));
    return {
      tool: "lookup_cve",
      args: { cve_id },
      others: { OSV_GetVulnById: NOT_FOUND },
      check({ data, coverage }) {
        const source = coverage.sources.find((one: { source: string }) => one.source === "osv");
        expect(source).toMatchObject({ status: "ok", count: 1 });
        expect(data.aliases).toContain(json.id);
        const is_withdrawn = json.withdrawn !== undefined && Date.parse(json.withdrawn) < Date.now();
        const names = json.affected.map((one: { package: { name: string } }) => one.package.name);
        expect(data.affected_packages.map(({ name }: { name: string }) => name)).toEqual(
          is_withdrawn ? [] : [...new Set(names)].slice(0, 10),
        );
        if (is_withdrawn) return;
        type Range = { type: string; events: { fixed?: string }[] };
        const fixedIn = (git: boolean): string[] =>
          (json.affected[0].ranges as Range[])
            .filter(({ type }) => (type === "GIT") === git)
            .flatMap(({ events }) => events.flatMap((event) => event.fixed ?? []));
        const { fixed_in_versions } = data.affected_packages[0];
        expect(fixed_in_versions).toEqual(expect.arrayContaining(fixedIn(false).slice(0, 3)));
        for (const commit of fixedIn(true)) expect(fixed_in_versions).not.toContain(commit);
        const zero = json.published.startsWith("0001");
        expect(data.created_time).toBe(zero ? null : new Date(json.published).toISOString());
      },
    };
  },
};
