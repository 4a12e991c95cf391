import type { Client } from "@modelcontextprotocol/client";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { rested } from "../../support/worker/credentials.ts";
import { signedIn } from "../../support/worker/people.ts";

const LOG4SHELL = "CVE-2021-44228";
const OPERATIONS = {
  osv: "OSV_GetVulnById",
  nvd: "getCves",
  kev: "getKevCatalog",
  epss: "getEpss",
} as const;
type Source = keyof typeof OPERATIONS;
const SOURCES = Object.keys(OPERATIONS) as Source[];

let agent: Client;
const lookup = (cve_id: string) => call(agent, "lookup_cve", { cve_id });
const fail = (vendor: Source, mode: string, more: object = {}) =>
  inject({ vendor, operation: OPERATIONS[vendor], mode, ...more });

beforeAll(async () => {
  agent = await agentOf(await signedIn("cve-viewer", "viewer"), ["vulnerabilities:read"]);
});
beforeEach(async () => {
  await resetLab();
  await rested("osv.read", "nvd.read", "kev.read", "epss.read");
});

describe("lookup_cve", () => {
  test("puts together what the four sources know", async () => {
    expect(await lookup(LOG4SHELL)).toMatchObject({
      status: "ok",
      data: {
        cve_id: LOG4SHELL,
        title: "Apache Log4j2 Remote Code Execution Vulnerability",
        status: "Analyzed",
        severity_id: 5,
        severity: "Critical",
        vendor_severity: "CRITICAL (CVSS 3.1 10.0)",
        cvss: [{ version: "3.1", base_score: 10, vector_string: expect.stringContaining("/S:C/") }],
        epss: { score: 0.9436, percentile: 0.9996 },
        known_exploited: true,
        kev: {
          added_time: "2021-12-10T00:00:00.000Z",
          due_time: "2021-12-24T00:00:00.000Z",
          ransomware: "Known",
        },
        related_cwes: [{ uid: "CWE-20" }, { uid: "CWE-400" }, { uid: "CWE-502" }],
        affected_packages: [
          {
            name: "org.apache.logging.log4j:log4j-core",
            ecosystem: "Maven",
            fixed_in_versions: ["2.3.1", "2.12.2", "2.15.0"],
          },
        ],
        aliases: ["GHSA-jfh8-c2jp-5v3q"],
        created_time: "2021-12-10T00:00:00.000Z",
      },
      coverage: { complete: true, sources: SOURCES.map((source) => ({ source, status: "ok", count: 1 })) },
    });
  });

  test("tells what isn't known to be exploited from what is", async () => {
    expect(await lookup("CVE-2024-3094")).toMatchObject({
      data: { known_exploited: false, kev: null },
      coverage: { complete: true },
    });
  });

  test("finds the fixed versions of what OSV has under an advisory's id", async () => {
    expect(await lookup("CVE-2022-42889")).toMatchObject({
      data: {
        aliases: ["GHSA-599f-7c49-w659"],
        affected_packages: [{ name: "org.apache.commons:commons-text", fixed_in_versions: ["1.10.0"] }],
      },
    });
    expect(await requestsOf(OPERATIONS.osv)).toHaveLength(2);
  });

  test("says that there is no such CVE only when all four have said so", async () => {
    expect(await lookup("CVE-2099-99999")).toMatchObject({
      status: "not_found",
      resource: { kind: "cve", id: "CVE-2099-99999" },
      coverage: { complete: true },
    });
    await fail("epss", "status");
    expect(await lookup("CVE-2099-99999")).toMatchObject({
      status: "ok",
      data: { cve_id: "CVE-2099-99999", severity: "Unknown", known_exploited: false },
      coverage: { complete: false },
    });
  });

  test.each(SOURCES)("without %s is an answer that says what it lacks", async (lost) => {
    await fail(lost, "status");
    const answered = await lookup(LOG4SHELL);
    expect(answered).toMatchObject({
      status: "ok",
      data: { cve_id: LOG4SHELL },
      coverage: {
        complete: false,
        sources: SOURCES.map((source) =>
          source === lost
            ? { source, status: "error", count: 0, error: { kind: "transient", retryable: true } }
            : { source, status: "ok", count: 1 },
        ),
      },
    });
  });

  test("doesn't say that a vulnerability isn't exploited because CISA can't be asked", async () => {
    await fail("kev", "reset");
    expect(await lookup(LOG4SHELL)).toMatchObject({ data: { known_exploited: null, kev: null } });
  });

  test("that nobody answers is a failure that passes", async () => {
    for (const source of SOURCES) await fail(source, "status");
    expect(await lookup(LOG4SHELL)).toMatchObject({
      status: "error",
      error: { kind: "transient", code: "upstream_unavailable", retryable: true },
    });
  });

  test("that everybody answers in a shape nobody knows is a changed contract", async () => {
    for (const source of SOURCES) await fail(source, "drift");
    expect(await lookup(LOG4SHELL)).toMatchObject({ status: "error", error: { kind: "contract" } });
  });

  test.each([
    ["osv", "drift", "contract", "at id"],
    ["nvd", "drift", "contract", "at vulnerabilities"],
    ["kev", "drift", "contract", "at vulnerabilities.0.cveID"],
    ["epss", "drift", "contract", "at data.0.epss"],
    ["osv", "partial", "contract", "at id"],
    ["nvd", "partial", "contract", "at vulnerabilities"],
    ["kev", "partial", "contract", "at vulnerabilities"],
    ["epss", "partial", "contract", "at data"],
    ["nvd", "malformed", "contract", "as a whole"],
    ["kev", "malformed", "contract", "as a whole"],
    ["osv", "html", "transient", "HTTP 502"],
    ["epss", "reset", "transient", "could not be reached"],
    ["nvd", "rate_limit", "transient", "limits how often"],
    ["kev", "status", "configuration", "mirror", { status: 403 }],
  ] as [Source, string, string, string, object?][])("reads %s's %s as what it is: %s, %s", async (...its) => {
    const [source, mode, kind, words, more] = its;
    await fail(source, mode, more);
    const answered = await lookup(LOG4SHELL);
    expect(answered).toMatchObject({ status: "ok", coverage: { complete: false } });
    const { sources } = (
      answered as unknown as { coverage: { sources: { source: string; error?: object }[] } }
    ).coverage;
    expect(sources.find((report) => report.source === source)?.error).toMatchObject({
      kind,
      message: expect.stringContaining(words),
    });
  });

  test("doesn't wait out NVD's window, and says how long it is", async () => {
    await fail("nvd", "rate_limit");
    const answered = await lookup(LOG4SHELL);
    expect(await requestsOf(OPERATIONS.nvd)).toHaveLength(1);
    expect(JSON.stringify(answered)).toContain('"retry_after_ms":30000');
  });

  test("takes nothing but a CVE's id", async () => {
    for (const cve_id of [
      "log4shell",
      "cve-2021-44228",
      "CVE-2021-44228&x=1",
      "CVE-2021-44228/../../x",
      "",
    ]) {
      expect(await lookup(cve_id)).toMatchObject({ error: { code: "invalid_input" } });
    }
    expect(await requestsOf(OPERATIONS.osv)).toEqual([]);
  });
});
