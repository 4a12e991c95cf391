import { describe, expect, test, vi } from "vitest";
import { exportOf } from "../../../src/connectors/tenable/export.ts";
import { exportFilters, type FindingFilter } from "../../../src/connectors/tenable/finding-filter.ts";
import { BEGINNING, readPage } from "../../../src/connectors/tenable/finding-page.ts";
import { searchVulnerabilities } from "../../../src/connectors/tenable/search-vulnerabilities.ts";
import { readAnswer } from "../../../src/path/answer.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { FINDING } from "./findings.ts";

const REQUEST = "exports-vulns-request-export";
const STATUS = "exports-vulns-export-status";
const CHUNK = "exports-vulns-download-chunk";
const UUID = "bf765455-53aa-4e70-9ef3-87cfca1d2be0";
const FINISHED = { status: "FINISHED", chunks_available: [1], created: Date.parse("2026-11-22T09:00:00Z") };

/** Exports are remembered: each test asks for a CVE of its own. */
let asked = 0;
function question(): FindingFilter & { cve_id: string } {
  asked += 1;
  return { cve_id: `CVE-2020-${String(10_000 + asked)}` };
}

const vendor = (answers: object = {}) =>
  new RecordedRequests({
    [REQUEST]: { export_uuid: UUID },
    [STATUS]: FINISHED,
    [CHUNK]: [FINDING],
    ...answers,
  });
const operations = (through: RecordedRequests) => through.asked.map(({ operation }) => operation);

describe("an export", () => {
  test("is asked for with what the licence doesn't cover: it would look clean", async () => {
    const through = vendor();
    await exportOf(through, exportFilters(question()), Date.now());
    expect(through.asked[0]?.json).toMatchObject({ include_unlicensed: true });
  });

  test("that is finished answers the same question for a quarter of an hour", async () => {
    const filters = exportFilters(question());
    const now = Date.now();
    const through = vendor();
    for (const minutes of [0, 14, 16]) await exportOf(through, filters, now + minutes * 60_000);
    expect(operations(through)).toEqual([REQUEST, STATUS, STATUS, REQUEST, STATUS]);
  });

  test.each([
    ["failed as a whole", { status: "ERROR" }],
    ["was cancelled", { status: "CANCELLED" }],
    ["lacks a chunk", { ...FINISHED, chunks_failed: [2] }],
  ])("that %s isn't taken up again", async (_, state) => {
    const filters = exportFilters(question());
    const through = vendor({ [STATUS]: state });
    await exportOf(through, filters, Date.now()).catch(() => undefined);
    await exportOf(through, filters, Date.now()).catch(() => undefined);
    expect(operations(through)).toEqual([REQUEST, STATUS, REQUEST, STATUS]);
  });

  test("of everything serves a narrower question only if it is short", async () => {
    const everything = exportFilters({});
    const short = vendor();
    await exportOf(short, everything, Date.now());
    await exportOf(short, exportFilters(question()), Date.now());
    expect(operations(short)).toEqual([REQUEST, STATUS, STATUS]);
    const later = Date.now() + 20 * 60_000;
    const chunks_available = Array.from({ length: 11 }, (_, nth) => nth + 1);
    const long = vendor({ [STATUS]: { ...FINISHED, chunks_available } });
    await exportOf(long, everything, later);
    await exportOf(long, exportFilters(question()), later);
    expect(operations(long)).toEqual([REQUEST, STATUS, REQUEST, STATUS]);
  });

  test("is waited for longer than nine seconds, each chunk of it", async () => {
    const through = vendor();
    const state = await exportOf(through, exportFilters(question()), Date.now());
    await readPage(through, state, { from: BEGINNING, most: 1, keep: () => true, until: Date.now() });
    expect(through.asked.at(-1)?.patience?.attempt_ms).toBeGreaterThan(9_000);
  });

  test("of which some chunks are there is read as far as it is, without a wait", async () => {
    const through = vendor({ [STATUS]: { status: "PROCESSING", chunks_available: [5, 2] } });
    const state = await exportOf(through, exportFilters(question()), Date.now());
    const waits = vi.fn();
    const request = { from: BEGINNING, keep: () => true, until: Date.now(), waits };
    const page = await readPage(through, state, { ...request, most: 100 });
    expect(page.findings).toHaveLength(1);
    expect(String(page.next?.read)).toBe("2");
    const rest = await readPage(through, state, { ...request, from: page.next ?? BEGINNING, most: 100 });
    expect(String(rest.next?.read)).toBe("2.5");
    await expect(
      readPage(through, state, { ...request, from: rest.next ?? BEGINNING, most: 100 }),
    ).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(waits).not.toHaveBeenCalled();
  });
});

describe("search_vulnerabilities", () => {
  const search = async (findings: readonly unknown[]) => {
    asked += 1;
    const through = vendor({ [CHUNK]: findings });
    const input = searchVulnerabilities.input.parse({});
    const context = {
      env: {},
      principal: {},
      now: Date.now() + asked * 60 * 60_000,
      upstream: () => through,
    };
    const outcome = await searchVulnerabilities.run(input, {
      ...context,
      progress: () => undefined,
    } as unknown as Parameters<typeof searchVulnerabilities.run>[1]);
    return readAnswer(outcome as Parameters<typeof readAnswer>[0], {});
  };

  test("leaves out one record that it can't read, says so, and shows the others", async () => {
    const answer = await search([{ ...FINDING, severity_id: "3" }, FINDING]);
    expect(answer).toMatchObject({
      status: "ok",
      data: { vulnerabilities: [{ vulnerability_id: FINDING.finding_id }] },
      coverage: { complete: false, unreadable: 1 },
    });
  });

  test("shows one that has nothing but ids beside the others", async () => {
    const bare = { asset: { uuid: "x" }, plugin: { id: 7 } };
    const answer = await search([bare, FINDING]);
    expect(answer).toMatchObject({
      data: { vulnerabilities: [{ title: null, status: "unknown", severity: "Unknown" }, {}] },
      coverage: { complete: true, unreadable: 0 },
    });
  });

  test("says as of when its findings are: when their export was begun", async () => {
    const answer = await search([FINDING]);
    expect(answer).toMatchObject({ coverage: { sources: [{ as_of: "2026-11-22T09:00:00.000Z" }] } });
  });
});
