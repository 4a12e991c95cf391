/** Simulates CISA's catalogue. */
import { createHash } from "node:crypto";
import { counted } from "../paging.ts";
import type { Simulator, VendorReply } from "../simulator.ts";
import { publicSource } from "./public-source.ts";
import { vulnerabilities } from "./vulnerabilities.ts";

const entries = vulnerabilities.flatMap(({ cve, summary, cwes, kev }) =>
  kev
    ? [
        {
          cveID: cve,
          vendorProject: kev.vendorProject,
          product: kev.product,
          vulnerabilityName: kev.name,
          dateAdded: kev.added,
          shortDescription: summary,
          requiredAction: "Apply updates per vendor instructions.",
          dueDate: kev.due,
          knownRansomwareCampaignUse: kev.ransomware ?? "Unknown",
          // Empty in some, as the cwes are.
          notes: kev.ransomware ? `https://nvd.nist.gov/vuln/detail/${cve}` : "",
          cwes,
        },
      ]
    : [],
);

const catalogue = (vulnerabilities: readonly object[]) => ({
  title: "CISA Catalog of Known Exploited Vulnerabilities",
  catalogVersion: "2026.11.20",
  dateReleased: "2026-11-20T15:00:00.000Z",
  count: entries.length,
  vulnerabilities,
});

const etag = `"${createHash("sha256")
  .update(JSON.stringify(catalogue(entries)))
  .digest("hex")
  .slice(0, 32)}"`;

/** What the network in front of the file says: a page, not JSON. */
const page = (status: number): VendorReply => ({
  status,
  headers: { "content-type": "text/html" },
  text: `<html><head><title>${status}</title></head><body>${status}</body></html>`,
});

/** CISA's catalogue of known exploited vulnerabilities: one static file with an entity tag. */
export function kev(): Simulator {
  return publicSource({
    vendor: "kev",
    operation: {
      id: "getKevCatalog",
      method: "GET",
      path: "/sites/default/files/feeds/known_exploited_vulnerabilities.json",
      paging: counted("vulnerabilities", "count"),
      handle: ({ headers }) => {
        const tags = { etag, "last-modified": "Fri, 20 Nov 2026 15:00:00 GMT" };
        if (headers.get("if-none-match") === etag) return { status: 304, headers: tags };
        return { status: 200, headers: tags, body: catalogue(entries) };
      },
    },
    failure: (_request, status) => page(status),
    partial: () => ({ status: 200, body: catalogue([]) }),
    renamed: { cveID: "cve_id", dateAdded: "date_added" },
  });
}
