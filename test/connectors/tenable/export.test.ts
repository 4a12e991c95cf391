import { describe, expect, test, vi } from "vitest";
import { exportOf, partsMissing } from "../../../src/connectors/tenable/export.ts";
import { exportFilters, type FindingFilter } from "../../../src/connectors/tenable/finding-filter.ts";
import { BEGINNING, readPage } from "../../../src/connectors/tenable/finding-page.ts";
import { answerOfRead } from "../../../src/path/answer.ts";
import { readTool } from "../../support/deployed.ts";
import { SETTINGS } from "../../support/settings.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { FINDING } from "./findings.ts";

const searchVulnerabilities = readTool("search_vulnerabilities");

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
    ["counts more chunks than it lists", { ...FINISHED, total_chunks: 3, empty_chunks_count: 1 }],
    ["gives a reason for failing in part", { ...FINISHED, reason: "1 of 2 chunks failed to process." }],
  ])("that %s isn't taken up again", async (_, state) => {
    const filters = exportFilters(question());
    const through = vendor({ [STATUS]: state });
    await exportOf(through, filters, Date.now()).catch(() => undefined);
    await exportOf(through, filters, Date.now()).catch(() => undefined);
    expect(operations(through)).toEqual([REQUEST, STATUS, REQUEST, STATUS]);
  });

  test("is waited for two hours: what it shows would be older than anybody thinks", async () => {
    const filters = exportFilters(question());
    const now = Date.now();
    const through = vendor({ [STATUS]: { status: "QUEUED" } });
    for (const minutes of [0, 119, 121]) await exportOf(through, filters, now + minutes * 60_000);
    expect(operations(through)).toEqual([REQUEST, STATUS, STATUS, REQUEST, STATUS]);
  });

  test.each([
    [{ total_chunks: 1, empty_chunks_count: 0 }],
    // The vendor counts as it likes where nothing was found.
    [{ chunks_available: [], total_chunks: 0, empty_chunks_count: 1 }],
    [{ chunks_failed: [2], total_chunks: 2 }],
  ])("%j lacks only what failed", async (counts) => {
    const { missing } = await exportOf(
      vendor({ [STATUS]: { ...FINISHED, ...counts } }),
      exportFilters(question()),
      Date.now(),
    );
    expect(missing).toBe("chunks_failed" in counts ? 1 : 0);
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

test("an export with more empty chunks than it counts lacks them, and isn't taken up again", async () => {
  const filters = exportFilters(question());
  const through = vendor({
    [STATUS]: { ...FINISHED, chunks_available: [1, 2, 3], empty_chunks_count: 1 },
    [CHUNK]: [],
  });
  const request = { from: BEGINNING, most: 1, keep: () => true, until: Date.now() + 1_000 };
  const page = await readPage(through, await exportOf(through, filters, Date.now()), request);
  expect(page).toMatchObject({ findings: [], lost: 2, next: null });
  expect(partsMissing(page.state, page.lost)?.message).toContain("could not export 2 of 3 parts");
  await exportOf(through, filters, Date.now());
  expect(operations(through).filter((operation) => operation === REQUEST)).toHaveLength(2);
});

test.each([
  ["in which nothing is wanted", { empty_chunks_count: 0 }, [FINDING]],
  ["that is empty, as it is counted", { empty_chunks_count: 1 }, []],
  ["that is empty, where nobody counts those", {}, []],
])("a chunk %s isn't lost", async (_, counts, chunk) => {
  const through = vendor({ [STATUS]: { ...FINISHED, ...counts }, [CHUNK]: chunk });
  const state = await exportOf(through, exportFilters(question()), Date.now());
  const request = { from: BEGINNING, most: 1, keep: () => false, until: Date.now() + 1_000 };
  expect(await readPage(through, state, request)).toMatchObject({ findings: [], lost: 0 });
});

test.each([
  ["counts its empty chunks in the total", { total_chunks: 2, empty_chunks_count: 1 }],
  ["counts them apart", { total_chunks: 1, empty_chunks_count: 1 }],
  ["doesn't count its chunks", {}],
])("an export that %s is whole", async (_, counts) => {
  const through = vendor({ [STATUS]: { ...FINISHED, ...counts } });
  expect(await exportOf(through, exportFilters(question()), Date.now())).toMatchObject({ missing: 0 });
});

describe("search_vulnerabilities", () => {
  const searchThrough = async (through: RecordedRequests, input: object, now: number) => {
    const context = { env: SETTINGS, principal: {}, now, upstream: () => through, progress: () => undefined };
    const outcome = await searchVulnerabilities.run(
      searchVulnerabilities.input.parse(input),
      context as unknown as Parameters<typeof searchVulnerabilities.run>[1],
    );
    return answerOfRead(outcome as Parameters<typeof answerOfRead>[0], {});
  };
  const search = (findings: readonly unknown[]) => {
    asked += 1;
    return searchThrough(vendor({ [CHUNK]: findings }), {}, Date.now() + asked * 60 * 60_000);
  };

  test("leaves out one record that it can't read, says so, and shows the others", async () => {
    const answer = await search([{ ...FINDING, severity_id: "3" }, FINDING]);
    expect(answer).toMatchObject({
      status: "ok",
      data: { vulnerabilities: [{ vulnerability_id: `tenable:${FINDING.finding_id}` }] },
      coverage: { complete: false, unreadable: 1 },
    });
  });

  test("doesn't say that there is no such device after a page of which something couldn't be read", async () => {
    const assets = { "assets-list-assets": { assets: [], total: 0 } };
    const state = { ...FINISHED, chunks_available: [1, 2] };
    // So late that a page holds one chunk.
    const now = Date.now() - 20_000;
    const odd = vendor({ ...assets, [STATUS]: state, [CHUNK]: [FINDING, { ...FINDING, asset: null }] });
    const first = await searchThrough(odd, { device: "C137B8E58B6" }, now);
    expect(first).toMatchObject({ status: "ok", coverage: { unreadable: 1 } });
    const { next_cursor: cursor } = (first as { coverage: { next_cursor: string } }).coverage;
    const rest = vendor({ ...assets, [STATUS]: state });
    const last = await searchThrough(rest, { device: "C137B8E58B6", cursor }, now);
    expect(last).toMatchObject({ status: "ok", data: { vulnerabilities: [] } });
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
