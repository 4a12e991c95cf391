import { expect } from "vitest";
import type { SampleCase, SampleVendor } from "../vendor.ts";

const UUID = "01234567-89ab-4def-8123-4567890abcde";
const FINISHED = { status: "FINISHED", chunks_available: [1] };
const SEVERITIES = ["Informational", "Low", "Medium", "High", "Critical"];
/** As little as a finding can have. */
const FINDING = { asset: { uuid: "a" }, plugin: { id: 7, name: "A finding" } };
/** A scan that no sample lists, and none has launched. */
const OTHER_SCAN = "template-00000000-0000-4000-8000-000000000000";

/** Each question is asked once: exports are remembered for a while. */
let asked = 0;
const question = () => {
  asked += 1;
  return { since: new Date(Date.UTC(2002, 0, asked)).toISOString() };
};

// biome-ignore lint/suspicious/noExplicitAny: a vendor's finding has no type before it was read
function isFinding(ours: any, theirs: any): void {
  if (theirs.finding_id) expect(ours.vulnerability_id).toBe(theirs.finding_id);
  else expect(ours.vulnerability_id).toMatch(/^derived-/);
  const { plugin, asset } = theirs;
  expect(ours.cve_id).toBe(plugin.cve?.[0] ?? null);
  expect(ours.related_vulnerabilities).toEqual((plugin.cve ?? []).slice(1));
  expect(ours.severity).toBe(SEVERITIES[theirs.severity_id]);
  expect(ours.vendor_severity).toBe(theirs.severity);
  expect(ours.status).toBe(theirs.state.toLowerCase());
  expect(ours.is_exploit_available).toBe(plugin.exploit_available ?? null);
  expect(ours.is_fix_available).toBe(plugin.has_patch ?? null);
  const score = plugin.cvss3_base_score ?? plugin.cvss4_base_score ?? plugin.cvss_base_score ?? null;
  expect(ours.cvss?.base_score ?? null).toBe(score);
  expect(Date.parse(ours.first_seen_time)).toBe(Date.parse(theirs.first_found));
  expect(Date.parse(ours.last_seen_time)).toBe(Date.parse(theirs.last_found));
  expect(ours.device.uid).toBe(asset.uuid);
  const is_address = /^[\d.]+$/.test(asset.hostname);
  expect(ours.device.hostname).toBe(is_address ? (asset.fqdn ?? asset.hostname) : asset.hostname);
  expect(ours.device.ip).toBe(asset.ipv4);
  expect(ours.device.os.name).toBe(asset.operating_system[0]);
  expect(ours.port).toBe(Number(theirs.port.port) || null);
  expect(ours.scan_id).toBe(theirs.scan.schedule_uuid);
}

export const tenable: SampleVendor = {
  name: "tenable",
  folder: "tenable",
  environment: (url) => ({ TENABLE_BASE_URL: url }),
  routes: [
    { operation: "exports-vulns-request-export", method: "POST", path: /^\/vulns\/export$/ },
    { operation: "exports-vulns-export-status", method: "GET", path: /^\/vulns\/export\/[^/]+\/status$/ },
    {
      operation: "exports-vulns-download-chunk",
      method: "GET",
      path: /^\/vulns\/export\/[^/]+\/chunks\/\d+$/,
    },
    { operation: "assets-list-assets", method: "GET", path: /^\/assets$/ },
    { operation: "assets-asset-info", method: "GET", path: /^\/assets\/[^/]+$/ },
    { operation: "scans-list", method: "GET", path: /^\/scans$/ },
    { operation: "scans-launch", method: "POST", path: /^\/scans\/[^/]+\/launch$/ },
  ],
  usual: {
    "exports-vulns-request-export": { json: { export_uuid: UUID } },
    "exports-vulns-export-status": { json: FINISHED },
    "exports-vulns-download-chunk": { json: [] },
    "assets-list-assets": { json: { assets: [], total: 0 } },
    "scans-launch": { json: { scan_uuid: "44346bcb-4afc-4db0-b283-2dd823fa8579" } },
  },

  caseOf({ operation, file, http_status, json }) {
    const search = (args: object, check: SampleCase["check"], others = {}) => ({
      tool: "search_vulnerabilities",
      args: { limit: 100, ...args },
      others,
      check,
    });
    const fails = (kind: string, code: string) => (result: { error: object }) =>
      expect(result.error).toMatchObject({ kind, code });
    switch (operation) {
      case "exports-vulns-request-export":
        if (http_status === 429) return search(question(), fails("transient", "rate_limited"));
        if (http_status === 400) return search(question(), fails("configuration", "misconfigured"));
        return search(question(), ({ status, coverage }: { status: string; coverage: object }) => {
          expect(status).toBe("ok");
          expect(coverage).toMatchObject({ complete: true });
        });
      case "exports-vulns-export-status": {
        if (http_status === 404) return search(question(), fails("transient", "upstream_unavailable"));
        // An export that counts its empty chunks, and counts none, has something in each that is ready.
        const chunk = json.empty_chunks_count === 0 && json.chunks_available.length > 0 ? [FINDING] : [];
        return search(
          question(),
          ({ status, coverage, data }: { status: string; coverage: object; data: object }) => {
            expect(status).toBe("ok");
            expect(coverage).toMatchObject({ complete: true });
            expect(data).toMatchObject({
              vulnerabilities: chunk.map(({ plugin }) => ({ title: plugin.name })),
            });
          },
          {
            "exports-vulns-download-chunk": { json: chunk },
            ...(json.status === "FINISHED" ? {} : { [operation]: { json: FINISHED } }),
          },
        );
      }
      case "exports-vulns-download-chunk":
        return search(
          question(),
          ({ data, coverage }: { data: { vulnerabilities: object[] }; coverage: object }) => {
            expect(coverage).toMatchObject({ complete: true, unreadable: 0 });
            expect(data.vulnerabilities).toHaveLength(json.length);
            for (const [at, theirs] of json.entries()) isFinding(data.vulnerabilities[at], theirs);
          },
        );
      case "assets-list-assets":
      case "assets-asset-info": {
        const asset = operation === "assets-asset-info" ? json : json.assets[0];
        const device = operation === "assets-asset-info" ? asset.id : asset.fqdn[0].toUpperCase();
        return search(
          { device, ...question() },
          ({ data, coverage }: { data: object; coverage: { sources: object[] } }) => {
            expect(data).toEqual({ vulnerabilities: [] });
            const by = operation === "assets-asset-info" ? "id" : "fqdn";
            expect(coverage.sources[0]).toMatchObject({
              status: "ok",
              as_of: asset.last_seen,
              matched: [{ id: asset.id, by }],
            });
          },
        );
      }
      case "scans-list": {
        // Only with a scan that is in the list would anything be launched.
        const scan_id = json.scans?.find(
          (scan: { schedule_uuid?: string }) => scan.schedule_uuid,
        )?.schedule_uuid;
        return {
          tool: "launch_scan",
          args: { scan_id: scan_id ?? OTHER_SCAN, reason: `Sample ${file}` },
          check(result) {
            if (http_status === 404) expect(result.error).toMatchObject({ kind: "configuration" });
            else if (http_status === 500) expect(result.error).toMatchObject({ kind: "transient" });
            else if (scan_id === undefined) expect(result.status).toBe("not_found");
            else expect(result).toMatchObject({ status: "ok", data: { scan_id, status: "pending" } });
          },
        };
      }
      case "scans-launch": {
        const scan_id = `template-00000000-0000-4000-8000-${String(http_status).padStart(12, "0")}`;
        const scan = { schedule_uuid: scan_id, status: "completed", last_modification_date: 1_623_325_148 };
        return {
          tool: "launch_scan",
          args: { scan_id, reason: `Sample ${file}` },
          others: { "scans-list": { json: { scans: [scan] } } },
          check(result) {
            if (http_status === 200) expect(result).toMatchObject({ data: { run_uid: json.scan_uuid } });
            else {
              expect(result).toMatchObject({
                error: { kind: "invalid_request", code: "upstream_rejected", issues: [{ path: "scan_id" }] },
                operation: { state: "failed_safe" },
              });
            }
          },
        };
      }
      default:
        return null;
    }
  },

  lab: {
    calls: [
      { tool: "search_vulnerabilities", args: { limit: 100 } },
      ...["informational", "low", "medium", "high", "critical"].map((severity) => ({
        tool: "search_vulnerabilities",
        args: { limit: 100, severity: [severity] },
      })),
      { tool: "search_vulnerabilities", args: { limit: 100, device: "10.20.0.11" } },
    ],
    records: {
      "exports-vulns-download-chunk": (chunk) => chunk,
      "assets-list-assets": ({ assets }) => assets,
    },
    meant: {
      "exports-vulns-download-chunk finding_id": "one in thirty has none, and a page shows few",
    },
  },
};
