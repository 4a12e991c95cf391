import { describe, expect, it } from "vitest";
import { vulnerabilities } from "../../lab/intelligence/vulnerabilities.ts";
import { fault, lab } from "./support/estate.ts";

const kevPath = "/kev/sites/default/files/feeds/known_exploited_vulnerabilities.json";

async function get({ url }: { url: string }, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text && parsed(text) };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe("OSV", () => {
  it("has a vulnerability under one id and knows its others", async () => {
    const world = await lab();
    const { body } = await get(world, "/osv/v1/vulns/CVE-2021-44228");
    expect(body).toMatchObject({
      id: "CVE-2021-44228",
      aliases: ["GHSA-jfh8-c2jp-5v3q"],
      severity: [{ type: "CVSS_V3", score: expect.stringMatching(/^CVSS:3\.1\//) }],
    });
  });

  it("says which id it does know where it was asked for an alias", async () => {
    const world = await lab();
    const { status, body } = await get(world, "/osv/v1/vulns/CVE-2022-42889");
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 5, message: expect.stringContaining("GHSA-599f-7c49-w659") });
    const advisory = await get(world, "/osv/v1/vulns/GHSA-599f-7c49-w659");
    expect(advisory.body).toMatchObject({ aliases: ["CVE-2022-42889"] });
  });

  it("knows nothing of what isn't open source", async () => {
    const { status, body } = await get(await lab(), "/osv/v1/vulns/CVE-2023-4966");
    expect([status, body.message]).toEqual([404, "Bug not found."]);
  });
});

describe("NVD", () => {
  const path = "/nvd/rest/json/cves/2.0";

  it("answers an unknown CVE with an empty list, and nonsense with a header", async () => {
    const world = await lab();
    expect((await get(world, `${path}?cveId=CVE-2099-9999`)).body).toMatchObject({
      totalResults: 0,
      vulnerabilities: [],
    });
    const refused = await get(world, `${path}?cveId=log4shell`);
    expect([refused.status, refused.text]).toEqual([404, ""]);
    expect(refused.headers.get("message")).toBe("Invalid cveId parameter.");
  });

  it("answers 404 to a key that it doesn't know", async () => {
    const refused = await get(await lab(), `${path}?cveId=CVE-2021-44228`, { apiKey: "wrong" });
    expect([refused.status, refused.headers.get("message")]).toEqual([404, "Invalid apiKey."]);
  });

  it("limits by 403 and 429 in turn, without a time", async () => {
    const world = await lab();
    await fault(world, { vendor: "nvd", mode: "rate_limit", times: 2 });
    const first = await get(world, `${path}?cveId=CVE-2021-44228`);
    const second = await get(world, `${path}?cveId=CVE-2021-44228`);
    expect([first.status, second.status]).toEqual([403, 429]);
    expect(first.headers.get("retry-after")).toBeNull();
  });
});

describe("CISA KEV", () => {
  it("sends its file once to whoever shows its entity tag", async () => {
    const world = await lab();
    const { headers, body } = await get(world, kevPath);
    expect(body.count).toBe(body.vulnerabilities.length);
    const etag = headers.get("etag") ?? "";
    expect(await get(world, kevPath, { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    expect((await get(world, kevPath, { "if-none-match": '"older"' })).status).toBe(200);
  });

  it("holds what is exploited and nothing else", async () => {
    const { body } = await get(await lab(), kevPath);
    const listed = body.vulnerabilities.map(({ cveID }: { cveID: string }) => cveID);
    expect(listed).toContain("CVE-2021-44228");
    expect(listed).not.toContain("CVE-2024-3094");
    expect(listed).toEqual(vulnerabilities.filter(({ kev }) => kev).map(({ cve }) => cve));
  });

  it("fails with a page, as the network in front of it does", async () => {
    const world = await lab();
    await fault(world, { vendor: "kev", mode: "status", status: 503 });
    const { status, headers, text } = await get(world, kevPath);
    expect([status, headers.get("content-type")]).toEqual([503, "text/html"]);
    expect(text).toContain("<html>");
  });
});

describe("EPSS", () => {
  it("gives decimal strings of yesterday, and an empty list for what nobody scored", async () => {
    const world = await lab();
    const { body } = await get(world, "/epss/data/v1/epss?cve=CVE-2021-44228");
    expect(body.data).toEqual([
      {
        cve: "CVE-2021-44228",
        epss: expect.stringMatching(/^0\.\d+$/),
        percentile: expect.any(String),
        date: "2026-11-21",
      },
    ]);
    const none = await get(world, "/epss/data/v1/epss?cve=CVE-2024-23222");
    expect(none.body).toMatchObject({ total: 0, data: [] });
  });
});

describe("each source", () => {
  it.each([
    ["osv", "/osv/v1/vulns/CVE-2021-44228"],
    ["nvd", "/nvd/rest/json/cves/2.0?cveId=CVE-2021-44228"],
    ["kev", kevPath],
    ["epss", "/epss/data/v1/epss?cve=CVE-2021-44228"],
  ])("%s drifts, breaks off, withholds and fails when it is told to", async (vendor, path) => {
    const world = await lab();
    const whole = await get(world, path);
    for (const mode of ["drift", "malformed", "partial", "status", "html"]) {
      await fault(world, { vendor, mode, times: 1 });
    }
    const [drift, malformed, partial, status, html] = [
      await get(world, path),
      await get(world, path),
      await get(world, path),
      await get(world, path),
      await get(world, path),
    ];
    expect([drift?.status, malformed?.status, partial?.status]).toEqual([200, 200, 200]);
    expect(drift?.body).not.toEqual(whole.body);
    expect(malformed?.body).toBeUndefined();
    expect(partial?.body).not.toEqual(whole.body);
    expect([status?.status, html?.status]).toEqual([503, 502]);
    expect((await get(world, path)).text).toBe(whole.text);
  });
});
