import { describe, expect, test, vi } from "vitest";
import type { ZodType } from "zod";
import { Cve, cveOf, type Sayings } from "../../../src/connectors/intelligence/cve.ts";
import { readEpss } from "../../../src/connectors/intelligence/epss.ts";
import { inTurn, type NvdRecord, readNvd } from "../../../src/connectors/intelligence/nvd.ts";
import { readOsv } from "../../../src/connectors/intelligence/osv.ts";
import { Failure } from "../../../src/toolkit/failure.ts";
import type { UpstreamRequest } from "../../../src/toolkit/upstream/upstream.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const CVE = "CVE-2021-44228";
const NOW = Date.parse("2026-11-22T10:00:00Z");
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
    NOW,
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
    [
      "NVD's level of CVSS 2 where there is no other",
      { cvssMetricV2: [{ ...metric("Primary", "2.0", 9.3), baseSeverity: "HIGH" }] },
      [4, "HIGH (CVSS 2.0 9.3)"],
    ],
    [
      "another's newer rating before NVD's own of CVSS 2",
      {
        cvssMetricV2: [{ ...metric("Primary", "2.0", 9.3), baseSeverity: "HIGH" }],
        cvssMetricV31: [metric("Secondary", "3.1", 5.4, "MEDIUM")],
      },
      [3, "MEDIUM (CVSS 3.1 5.4)"],
    ],
    ["no level where none is given", { cvssMetricV2: [metric("Primary", "2.0", 9.3)] }, [0, null]],
    [
      "a word that it doesn't know as unknown",
      { cvssMetricV40: [metric("Primary", "4.0", 9.9, "EXTREME")] },
      [0, "EXTREME (CVSS 4.0 9.9)"],
    ],
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

  // Every field of NVD's record but the id, and of its ratings.
  test.each([
    "published",
    "lastModified",
    "vulnStatus",
    "descriptions",
    "references",
    "metrics",
    "weaknesses",
  ])("is told without NVD's %s, and with null for it", async (field) => {
    for (const nothing of [undefined, null]) {
      const cve = cveOf(CVE, { ...NOTHING, nvd: await nvd({ [field]: nothing }) });
      expect(Cve.safeParse(cve).success).toBe(true);
    }
  });

  test.each(["source", "type", "cvssData.version", "cvssData.vectorString", "cvssData.baseScore"])(
    "is rated without %s",
    async (path) => {
      const rating = metric("Primary", "3.1", 9.8, "CRITICAL") as Record<string, unknown>;
      const [first = "", second] = path.split(".");
      if (second === undefined) delete rating[first];
      else delete (rating[first] as Record<string, unknown>)[second];
      const cve = cveOf(CVE, { ...NOTHING, nvd: await nvd({ metrics: { cvssMetricV31: [rating] } }) });
      expect(Cve.safeParse(cve).success).toBe(true);
      expect(cve).toMatchObject({ severity_id: 5, cvss: [{ version: "3.1" }] });
    },
  );

  test("loses no rating to another that can't be read, and counts that one", async () => {
    const good = metric("Secondary", "3.1", 9.8, "CRITICAL");
    const bad = { ...metric("Primary", "3.1", 5, "MEDIUM"), cvssData: { baseScore: "5" } };
    const record = await nvd({ metrics: { cvssMetricV31: [bad, good] } });
    expect(record?.unreadable).toBe(1);
    expect(cveOf(CVE, { ...NOTHING, nvd: record })).toMatchObject({ severity_id: 5 });
  });

  test.each(["dateAdded", "dueDate", "vulnerabilityName", "requiredAction", "knownRansomwareCampaignUse"])(
    "is known to be exploited without %s",
    (field) => {
      const kev = { cveID: CVE, dateAdded: "2021-12-10", dueDate: "2021-12-24", [field]: undefined };
      const cve = cveOf(CVE, { ...NOTHING, kev });
      expect(Cve.safeParse(cve).success).toBe(true);
      expect(cve.known_exploited).toBe(true);
    },
  );

  test.each([
    [
      { epss: "0.5", percentile: "1.000000000", date: "2026-11-21" },
      { score: 0.5, percentile: 1 },
    ],
    [{ epss: "0.5" }, { score: 0.5, percentile: null, created_time: null }],
    [{ percentile: "0.5", date: "2026-11-21" }, null],
  ])("is scored by EPSS's %j as %j", async (row, expected) => {
    const through = new RecordedRequests({ getEpss: { data: [{ cve: CVE, ...row }] } });
    const { epss } = Cve.parse(cveOf(CVE, { ...NOTHING, epss: await readEpss(through, CVE) }));
    if (expected === null) expect(epss).toBeNull();
    else expect(epss).toMatchObject(expected);
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

describe("what OSV has under other ids", () => {
  const osv = (answers: Readonly<Record<string, object>>) =>
    new (class extends RecordedRequests {
      override async readWithHeaders<Schema extends ZodType>(request: UpstreamRequest, schema: Schema) {
        this.asked.push(request);
        const id = request.path.split("/").at(-1) ?? "";
        const body = answers[id] ?? { code: 5, message: "Vulnerability not found" };
        return { body: schema.parse(body), headers: new Headers() };
      }
    })({});
  const named = (...ids: string[]) => ({
    code: 5,
    message: `Vulnerability not found, but the following aliases were: ${ids.join(" ")}`,
  });
  const advisory = (id: string, more: object = {}) => ({
    id,
    modified: "2024-01-01T00:00:00Z",
    aliases: [CVE],
    affected: [
      { package: { ecosystem: "Go", name: `package-of-${id}` }, ranges: [{ events: [{ fixed: "1.2.3" }] }] },
    ],
    ...more,
  });

  test.each([
    "GHSA-jfh8-c2jp-5v3q",
    "GO-2024-2683",
    "PYSEC-2023-120",
    "RUSTSEC-2021-0001",
    "BIT-golang-2024-1",
  ])("is found by the id that its not-found names: %s", async (id) => {
    const record = await readOsv(osv({ [CVE]: named(id), [id]: advisory(id) }), CVE, NOW);
    expect(record?.packages).toEqual([{ ecosystem: "Go", name: `package-of-${id}`, fixed: ["1.2.3"] }]);
  });

  test("is put together from all of them", async () => {
    const ids = ["GHSA-jfh8-c2jp-5v3q", "GO-2024-2683"];
    const through = osv({ [CVE]: named(...ids), ...Object.fromEntries(ids.map((id) => [id, advisory(id)])) });
    const record = await readOsv(through, CVE, NOW);
    expect(record?.packages.map(({ name }) => name)).toEqual(ids.map((id) => `package-of-${id}`));
    expect(record?.ids).toEqual([ids[0], CVE, ids[1]]);
  });

  test("is asked for where the CVE's own record names no package", async () => {
    const own = { id: CVE, aliases: ["GHSA-jfh8-c2jp-5v3q"], affected: [{ ranges: [{ events: [] }] }] };
    const through = osv({ [CVE]: own, "GHSA-jfh8-c2jp-5v3q": advisory("GHSA-jfh8-c2jp-5v3q") });
    expect((await readOsv(through, CVE, NOW))?.packages).toHaveLength(1);
  });

  test("names no more advisories than are worth asking for, and nothing that isn't an id", async () => {
    const ids = Array.from({ length: 9 }, (_, nth) => `GO-2024-${1000 + nth}`);
    const through = osv({ [CVE]: named("non-existent", ...ids) });
    expect(await readOsv(through, CVE, NOW)).toBeNull();
    expect(through.asked.map(({ path }) => path.split("/").at(-1))).toEqual([CVE, ...ids.slice(0, 5)]);
  });

  test("counts the advisories that aren't asked for, and those that turn out to be of something else", async () => {
    const ids = Array.from({ length: 7 }, (_, nth) => `GO-2024-${1000 + nth}`);
    const [odd = "", ...others] = ids;
    const known = Object.fromEntries(others.map((id) => [id, advisory(id)]));
    const other = advisory(odd, { aliases: ["CVE-2020-1000"] });
    const record = await readOsv(osv({ [CVE]: named(...ids), ...known, [odd]: other }), CVE, NOW);
    expect(record?.packages).toHaveLength(4);
    expect(record?.unreadable).toBe(3);
    await expect(readOsv(osv({ [CVE]: named(odd), [odd]: other }), CVE, NOW)).rejects.toMatchObject({
      code: "upstream_contract_changed",
    });
  });

  test("names versions, and no commits", async () => {
    const ranges = [
      { type: "GIT", events: [{ fixed: "bd296e0336420b840fcd2faabb97084fd252a973" }] },
      { type: "ECOSYSTEM", events: [{ fixed: "0.12.1" }] },
    ];
    const affected = [{ package: { ecosystem: "PyPI", name: "scipy" }, ranges }];
    expect((await osvOf({ affected }))?.packages).toMatchObject([{ fixed: ["0.12.1"] }]);
  });

  test("holds for nothing once it is withdrawn, and until then it does", async () => {
    const id = "PYSEC-2019-156";
    const of = async (withdrawn: string) =>
      cveOf(CVE, {
        ...NOTHING,
        osv: await readOsv(osv({ [CVE]: named(id), [id]: advisory(id, { withdrawn }) }), CVE, NOW),
      });
    expect(await of("2023-06-06T10:37:00Z")).toMatchObject({ aliases: [id], affected_packages: [] });
    expect(await of("3001-06-06T10:37:00Z")).toMatchObject({
      affected_packages: [{ name: `package-of-${id}` }],
    });
  });

  test("has no time where Go's zero stands for none", async () => {
    const record = await osvOf({ published: "0001-01-01T00:00:00Z", modified: "0001-01-01T00:00:00Z" });
    expect(cveOf(CVE, { ...NOTHING, osv: record })).toMatchObject({
      created_time: null,
      modified_time: null,
    });
  });
});

describe("a look-up that this instance may not make yet", () => {
  const budgetSpent = (retry_after_ms: number) =>
    new Failure("rate_limited", "later", { next_step: "later", retry_after_ms, attempts: 0 });

  test("takes its turn", async () => {
    const ask = vi.fn().mockRejectedValueOnce(budgetSpent(1)).mockResolvedValue("said");
    expect(await inTurn(ask, Date.now() + 10_000)).toBe("said");
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test("gives up where there is no time, and never waits for NVD's own limit", async () => {
    const later = vi.fn().mockRejectedValue(budgetSpent(60_000));
    await expect(inTurn(later, Date.now() + 10_000)).rejects.toMatchObject({ code: "rate_limited" });
    const theirs = new Failure("rate_limited", "later", {
      next_step: "later",
      retry_after_ms: 1,
      attempts: 1,
    });
    const asked = vi.fn().mockRejectedValue(theirs);
    await expect(inTurn(asked, Date.now() + 10_000)).rejects.toBe(theirs);
    expect(asked).toHaveBeenCalledTimes(1);
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
