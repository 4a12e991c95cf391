import { describe, expect, test } from "vitest";
import { Cve, cveOf, type Sayings } from "../../../src/connectors/intelligence/cve.ts";
import { readEpss } from "../../../src/connectors/intelligence/epss.ts";
import { type NvdRecord, readNvd } from "../../../src/connectors/intelligence/nvd.ts";
import { readOsv } from "../../../src/connectors/intelligence/osv.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const CVE = "CVE-2021-44228";
const NOTHING: Sayings = { nvd: null, osv: null, kev: null, epss: null };

const NVD = {
  id: CVE,
  published: "2021-12-10T10:15:09.143",
  lastModified: "2024-01-01T00:00:00.000",
  vulnStatus: "Analyzed",
  descriptions: [
    { lang: "es", value: "No es esto" },
    { lang: "en", value: "This one" },
  ],
  references: [{ url: "https://example.com/a" }, { url: "javascript:alert(1)" }],
};

const metric = (type: string, version: string, baseScore: number, baseSeverity?: string) => ({
  source: "nvd@nist.gov",
  type,
  cvssData: {
    version,
    vectorString: `CVSS:${version}/AV:N`,
    baseScore,
    ...(baseSeverity && { baseSeverity }),
  },
});

async function nvd(changes: object = {}): Promise<NvdRecord | null> {
  const cve = { ...NVD, ...changes };
  const through = new RecordedRequests({ getCves: { totalResults: 1, vulnerabilities: [{ cve }] } });
  return readNvd(through, CVE);
}

const osvOf = (record: object) =>
  readOsv(
    new RecordedRequests({ OSV_GetVulnById: { id: CVE, modified: "2024-01-01T00:00:00Z", ...record } }),
    CVE,
  );

describe("a CVE", () => {
  test("of which nothing could be learned still has its form", () => {
    expect(Cve.safeParse(cveOf(CVE, NOTHING)).success).toBe(true);
    expect(cveOf(CVE, { ...NOTHING, kev: undefined }).known_exploited).toBeNull();
    expect(cveOf(CVE, NOTHING).known_exploited).toBe(false);
  });

  test("is told in English, with NVD's times as the UTC that they are", async () => {
    expect(cveOf(CVE, { ...NOTHING, nvd: await nvd() })).toMatchObject({
      desc: "This one",
      created_time: "2021-12-10T10:15:09.143Z",
      references: ["https://example.com/a"],
    });
  });

  test("that NVD rejected says so", async () => {
    expect(cveOf(CVE, { ...NOTHING, nvd: await nvd({ vulnStatus: "Rejected" }) }).status).toBe("Rejected");
  });

  test.each([
    [
      "NVD's own rating before a newer one of somebody else",
      {
        cvssMetricV40: [metric("Secondary", "4.0", 5, "MEDIUM")],
        cvssMetricV31: [metric("Primary", "3.1", 9.8, "CRITICAL")],
      },
      [5, "CRITICAL (CVSS 3.1 9.8)"],
    ],
    [
      "the newest where both are alike",
      {
        cvssMetricV40: [metric("Primary", "4.0", 5, "MEDIUM")],
        cvssMetricV30: [metric("Primary", "3.0", 9.8, "CRITICAL")],
      },
      [3, "MEDIUM (CVSS 4.0 5.0)"],
    ],
    ["no level where there is only CVSS 2", { cvssMetricV2: [metric("Primary", "2.0", 9.3)] }, [0, null]],
    ["none at all as unknown", {}, [0, null]],
    [
      "NONE as informational",
      { cvssMetricV31: [metric("Primary", "3.1", 0, "NONE")] },
      [1, "NONE (CVSS 3.1 0.0)"],
    ],
  ])("takes %s", async (_, metrics, [severity_id, vendor_severity]) => {
    expect(cveOf(CVE, { ...NOTHING, nvd: await nvd({ metrics }) })).toMatchObject({
      severity_id,
      vendor_severity,
    });
  });

  test("passes OSV's vectors on without a score, and none twice", async () => {
    const vector = "CVSS:3.1/AV:N";
    const osv = await osvOf({
      severity: [
        { type: "CVSS_V3", score: vector },
        { type: "CVSS_V4", score: "CVSS:4.0/AV:N" },
        { type: "Ubuntu", score: "high" },
      ],
    });
    expect(cveOf(CVE, { ...NOTHING, osv }).cvss).toEqual([
      { version: "3.1", base_score: null, vector_string: vector, vendor_name: "OSV" },
      { version: "4.0", base_score: null, vector_string: "CVSS:4.0/AV:N", vendor_name: "OSV" },
    ]);
    const both = cveOf(CVE, {
      ...NOTHING,
      osv,
      nvd: await nvd({ metrics: { cvssMetricV31: [metric("Primary", "3.1", 10, "CRITICAL")] } }),
    });
    expect(both.cvss.map(({ vector_string }) => vector_string)).toEqual([vector, "CVSS:4.0/AV:N"]);
  });

  test("holds no more than a few of what has no end", async () => {
    const affected = Array.from({ length: 500 }, (_, nth) => ({
      package: { ecosystem: "npm", name: `package-${nth}` },
      ranges: [{ events: Array.from({ length: 500 }, (_, n) => ({ fixed: `1.${n}` })) }],
    }));
    const cve = Cve.parse(
      cveOf(CVE, {
        ...NOTHING,
        osv: await osvOf({ affected, details: "a ".repeat(100_000), aliases: affected.map(() => "GHSA-x") }),
        nvd: await nvd({ references: affected.map((_, nth) => ({ url: `https://example.com/${nth}` })) }),
      }),
    );
    expect(cve.affected_packages).toHaveLength(10);
    expect(JSON.stringify(cve).length).toBeLessThan(10_000);
  });

  test("names weaknesses only where there is one", async () => {
    const weaknesses = [
      {
        description: [
          { lang: "en", value: "NVD-CWE-noinfo" },
          { lang: "en", value: "CWE-79" },
        ],
      },
    ];
    expect(cveOf(CVE, { ...NOTHING, nvd: await nvd({ weaknesses }) }).related_cwes).toEqual([
      { uid: "CWE-79" },
    ]);
  });
});

describe("an answer about another CVE is a changed contract", () => {
  const contract = { code: "upstream_contract_changed" };

  test("of NVD", async () => {
    await expect(nvd({ id: "CVE-2000-0001" })).rejects.toMatchObject(contract);
  });

  test("of OSV", async () => {
    await expect(osvOf({ id: "GHSA-aaaa-bbbb-cccc", aliases: [] })).rejects.toMatchObject(contract);
  });

  test("of EPSS", async () => {
    const row = { cve: "CVE-2000-0001", epss: "0.1", percentile: "0.2", date: "2026-11-21" };
    const through = new RecordedRequests({ getEpss: { total: 1, data: [row] } });
    await expect(readEpss(through, CVE)).rejects.toMatchObject(contract);
  });
});
