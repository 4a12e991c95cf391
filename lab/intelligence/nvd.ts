/** Simulates NVD. */
import { counted } from "../paging.ts";
import type { Simulator, VendorReply, VendorRequest } from "../simulator.ts";
import { publicSource } from "./public-source.ts";
import { startOf, type Vulnerability, vulnerability } from "./vulnerabilities.ts";

/** NVD's reasons stand in a header; the body is empty. */
const failure = (status: number, message: string): VendorReply => ({ status, headers: { message } });

const own = "nvd@nist.gov";

/** The National Vulnerability Database. A key is optional, and there is no wrong one but `wrong`. */
export function nvd(): Simulator {
  return publicSource({
    vendor: "nvd",
    operation: {
      id: "getCves",
      method: "GET",
      path: "/rest/json/cves/2.0",
      paging: counted("vulnerabilities", "totalResults"),
      handle(request) {
        // As NVD does: a key that it doesn't know isn't found.
        if (request.headers.get("apikey") === "wrong") return failure(404, "Invalid apiKey.");
        const id = request.query.get("cveId");
        if (id === null || !/^CVE-\d{4}-\d{4,}$/.test(id)) return failure(404, "Invalid cveId parameter.");
        const found = vulnerability(id);
        return page(request, found ? [{ cve: record(found) }] : []);
      },
    },
    failure: (_request, status) => failure(status, `Request failed with status ${status}`),
    // Both have been seen; neither says when to come back.
    rateLimited: (_request, _until, nth) =>
      failure(nth % 2 === 1 ? 403 : 429, "Request forbidden by administrative rules."),
    partial: (request) => page(request, [], 1),
    renamed: { vulnerabilities: "items", cve: "record", vectorString: "vector" },
  });
}

function page({ now }: VendorRequest, found: object[], total = found.length): VendorReply {
  return {
    status: 200,
    body: {
      resultsPerPage: found.length,
      startIndex: 0,
      totalResults: total,
      format: "NVD_CVE",
      version: "2.0",
      timestamp: new Date(now).toISOString().slice(0, -1),
      vulnerabilities: found,
    },
  };
}

function record({
  cve,
  summary,
  published,
  cvss,
  cvss2,
  cwes,
  kev,
  status = "Analyzed",
}: Vulnerability): object {
  const en = (value: string) => [{ lang: "en", value }];
  const source = cvss?.source ?? own;
  return {
    id: cve,
    sourceIdentifier: source,
    published: startOf(published),
    lastModified: startOf(published),
    vulnStatus: status,
    ...(kev && {
      cisaExploitAdd: kev.added,
      cisaActionDue: kev.due,
      cisaRequiredAction: "Apply updates per vendor instructions.",
      cisaVulnerabilityName: kev.name,
    }),
    descriptions: en(summary),
    metrics: {
      ...(cvss && {
        cvssMetricV31: [
          {
            source,
            type: source === own ? "Primary" : "Secondary",
            cvssData: {
              version: "3.1",
              vectorString: cvss.vector,
              baseScore: cvss.score,
              baseSeverity: cvss.severity,
            },
          },
        ],
      }),
      // The level stands beside the score: CVSS 2 has none.
      ...(cvss2 && {
        cvssMetricV2: [
          {
            source: own,
            type: "Primary",
            cvssData: { version: "2.0", vectorString: cvss2.vector, baseScore: cvss2.score },
            baseSeverity: cvss2.severity,
          },
        ],
      }),
    },
    // What nobody has analyzed has neither.
    ...(cwes.length > 0 && {
      weaknesses: cwes.map((cwe) => ({ source, type: "Primary", description: en(cwe) })),
    }),
    references: status === "Analyzed" ? [{ url: `https://nvd.nist.gov/vuln/detail/${cve}`, source }] : [],
  };
}
