import { describe, expect, it } from "vitest";
import { vulnerabilities } from "../../lab/intelligence/vulnerabilities.ts";
import { readEpss } from "../../src/connectors/intelligence/epss.ts";
import { knownExploited } from "../../src/connectors/intelligence/kev.ts";
import { readNvd } from "../../src/connectors/intelligence/nvd.ts";
import { readOsv } from "../../src/connectors/intelligence/osv.ts";
import type { UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { fault, lab } from "../lab/support/estate.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const CVE = "CVE-2021-44228";

/** Where the catalogue is, and that nothing is remembered. */
const ENV = {
  CISA_KEV_PATH: "/sites/default/files/feeds/known_exploited_vulnerabilities.json",
  INTELLIGENCE_MEMORY_MS: "0",
} as Env;

interface Source {
  readonly vendor: string;
  readonly file: string;
  readonly operation: string;
  readonly path: (cve: string) => string;
  readonly ask: (through: RecordedRequests) => Promise<unknown>;
}

const sources: readonly Source[] = [
  {
    vendor: "osv",
    file: "osv.json",
    operation: "OSV_GetVulnById",
    path: (cve) => `/v1/vulns/${cve}`,
    ask: (through) => readOsv(through, CVE, Date.now()),
  },
  {
    vendor: "nvd",
    file: "nvd.json",
    operation: "getCves",
    path: (cve) => `/rest/json/cves/2.0?cveId=${cve}`,
    ask: (through) => readNvd(through, CVE),
  },
  {
    vendor: "kev",
    file: "cisa-kev.json",
    operation: "getKevCatalog",
    path: () => "/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    ask: (through) => knownExploited(through, ENV, Date.now()),
  },
  {
    vendor: "epss",
    file: "epss.json",
    operation: "getEpss",
    path: (cve) => `/data/v1/epss?cve=${cve}`,
    ask: (through) => readEpss(through, CVE),
  },
];

async function get(url: string) {
  const response = await fetch(url);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

describe.skipIf(!folder).each(sources)(`$vendor, held against the publisher's document${why}`, (source) => {
  const { vendor, operation, path } = source;
  const document = () => new VendorDocument(source.file);

  it("answers as documented for everything that it knows, and for what it doesn't", async () => {
    const world = await lab();
    const judge = document();
    for (const cve of [...vulnerabilities.map(({ cve }) => cve), "CVE-2099-9999"]) {
      judge.expectDocumented(operation, await get(`${world.url}/${vendor}${path(cve)}`));
    }
  });

  it("breaks the document when a fault has it drift", async () => {
    const world = await lab();
    await fault(world, { vendor, mode: "drift" });
    const answer = await get(`${world.url}/${vendor}${path(CVE)}`);
    const judge = document();
    // Nothing in OSV's document is required, so there only what is retyped could break it.
    const broken = () => judge.expectDocumented(operation, answer);
    if (vendor === "osv") expect(broken).not.toThrow();
    else expect(broken).toThrow();
  });

  it("is asked by requests that the document knows", async () => {
    const world = await lab();
    const { body } = await get(`${world.url}/${vendor}${path(CVE)}`);
    const through = new RecordedRequests({ [operation]: body });
    await source.ask(through);
    const asked: readonly UpstreamRequest[] = through.asked;
    expect(asked).toHaveLength(1);
    for (const request of asked) document().expectRequest(request);
  });
});
