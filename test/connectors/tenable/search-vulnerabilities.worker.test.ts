import { describe, expect, test } from "vitest";
import type { Vulnerability } from "../../../src/capabilities/vulnerabilities/vulnerability.ts";
import { exportOf } from "../../../src/connectors/tenable/export.ts";
import { exportFilters } from "../../../src/connectors/tenable/finding-filter.ts";
import { BEGINNING, readPage } from "../../../src/connectors/tenable/finding-page.ts";
import { requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { lab } from "../../support/worker/lab.ts";
import { signedIn } from "../../support/worker/people.ts";
import {
  beginsAnew,
  CHUNK,
  everything,
  fault,
  goesOn,
  REQUEST,
  reader,
  SCOPES,
  STATUS,
  search,
  standsStill,
} from "./searching.ts";

beginsAnew();

const sorted = (found: readonly Vulnerability[]) =>
  found.toSorted((a, b) => (a.vulnerability_id < b.vulnerability_id ? -1 : 1));

describe("search_vulnerabilities", () => {
  test("shows every open finding once, page by page, out of one export", async () => {
    const found = await everything();
    expect(new Set(found.map(({ vulnerability_id }) => vulnerability_id)).size).toBe(found.length);
    expect(found.length).toBeGreaterThan(400);
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["open", "reopened", "unknown"]));
    expect(await requestsOf(REQUEST)).toHaveLength(1);
  });

  test("pages through the same findings whatever the size of a page", async () => {
    const whole = await everything({ severity: ["critical"] });
    const small: Vulnerability[] = [];
    let cursor: string | null = null;
    do {
      const page = await search({ severity: ["critical"], limit: 7, ...(cursor === null ? {} : { cursor }) });
      expect(page.vulnerabilities.length).toBeLessThanOrEqual(7);
      small.push(...page.vulnerabilities);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(sorted(small)).toEqual(sorted(whole));
  });

  test("finds by severity, by CVE and by when it was seen", async () => {
    const critical = await everything({ severity: ["critical"] });
    expect(critical.length).toBeGreaterThan(20);
    expect(new Set(critical.map(({ severity }) => severity))).toEqual(new Set(["Critical"]));
    const log4j = await everything({ cve_id: "CVE-2021-45046" });
    expect(log4j.length).toBeGreaterThan(0);
    for (const { cve_id, related_vulnerabilities } of log4j) {
      expect([cve_id, ...related_vulnerabilities]).toContain("CVE-2021-45046");
    }
    const since = new Date(Date.now() - 86_400_000).toISOString();
    const recent = await everything({ severity: ["critical"], since });
    expect(recent.length).toBeLessThan(critical.length);
    expect(recent.every(({ last_seen_time }) => last_seen_time === null || last_seen_time >= since)).toBe(
      true,
    );
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    const { vulnerabilities, next_cursor, sources } = await search({ cve_id: "CVE-1999-0001" });
    expect(vulnerabilities).toEqual([]);
    expect(next_cursor).toBeNull();
    expect(sources).toMatchObject([{ source: "tenable", status: "ok", count: 0, matched: null }]);
  });

  test("says that it isn't whole when a part of the export failed", async () => {
    const whole = await everything();
    await fault(STATUS, "partial");
    const { vulnerabilities, sources } = await search({ limit: 100 });
    const missing = { status: "error", error: { code: "upstream_unavailable" } };
    expect(sources).toMatchObject([missing]);
    expect(vulnerabilities).toHaveLength(100);
    expect(vulnerabilities[0]).not.toEqual(whole[0]);
    // Where nothing is left of it, nothing must not look like "none found".
    await expect(search({ severity: ["low"] })).rejects.toMatchObject(missing.error);
  });

  test("adopts the export that somebody else's call began", async () => {
    await standsStill();
    const both = Promise.all([search({ severity: ["low"] }), search({ severity: ["low"] })]);
    const answers = async () => (await requestsOf(REQUEST)).map(({ status }) => status);
    await expect.poll(async () => (await answers()).toSorted()).toEqual([200, 409]);
    await goesOn();
    const [mine, theirs] = await both;
    expect(mine.vulnerabilities).toEqual(theirs.vulnerabilities);
    expect(await answers()).toHaveLength(2);
  });

  test("that can't wait for its export says when to come back, and the repeat goes on with it", async () => {
    const filters = exportFilters({ severity: ["medium"] });
    await standsStill();
    await expect(begun(filters)).rejects.toMatchObject({
      kind: "transient",
      code: "upstream_timeout",
      detail: { retry_after_ms: 5000 },
    });
    await goesOn();
    const { vulnerabilities } = await search({ severity: ["medium"], limit: 1 });
    expect(vulnerabilities).toHaveLength(1);
    expect(await requestsOf(REQUEST)).toHaveLength(1);
  });

  test("begins anew when the export that it waited for is gone", async () => {
    const filters = exportFilters({ severity: ["high"] });
    await standsStill();
    await expect(begun(filters)).rejects.toMatchObject({ kind: "transient" });
    await goesOn();
    await resetLab();
    expect((await search({ severity: ["high"], limit: 1 })).vulnerabilities).toHaveLength(1);
  });

  test("refuses a cursor of another search, and one whose export is gone", async () => {
    const { next_cursor } = await search({ severity: ["high"], limit: 5 });
    expect(next_cursor).not.toBeNull();
    await expect(search({ severity: ["low"], cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await resetLab();
    await expect(search({ severity: ["high"], limit: 5, cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
      detail: { issues: [{ path: "cursor" }] },
    });
  });

  /** Asks for an export, and doesn't wait for it. */
  async function begun(filters: ReturnType<typeof exportFilters>) {
    const state = await exportOf(reader(), filters, Date.now());
    return readPage(reader(), state, { from: BEGINNING, most: 1, keep: () => true, until: Date.now() });
  }

  test.each([
    [REQUEST, "partial", "contract"],
    [CHUNK, "partial", "contract"],
    [REQUEST, "drift", "contract"],
    [STATUS, "drift", "contract"],
    [CHUNK, "drift", "contract"],
    [STATUS, "malformed", "contract"],
    [CHUNK, "malformed", "contract"],
    [REQUEST, "html", "transient"],
    [CHUNK, "html", "transient"],
    [CHUNK, "reset", "transient"],
    [STATUS, "status", "transient"],
    [CHUNK, "rate_limit", "transient"],
    [REQUEST, "error_after_effect", "transient"],
  ])("never takes a failure for nothing: %s %s is %s", async (operation, mode, kind) => {
    await fault(operation, mode);
    await expect(search({ severity: ["critical"] })).rejects.toMatchObject({ kind });
  });

  test("names the place in a chunk that has changed", async () => {
    await fault(CHUNK, "drift");
    await expect(search()).rejects.toMatchObject({ detail: { contract_path: "0.severity_id" } });
  });

  test("gets over a fault that passes", async () => {
    for (const [operation, mode] of [
      [REQUEST, "drop_after_effect"],
      [STATUS, "reset"],
      [CHUNK, "status"],
      [CHUNK, "expire_tokens"],
    ] as const) {
      await fault(operation, mode, { times: 1 });
    }
    expect((await search({ severity: ["critical"], limit: 1 })).vulnerabilities).toHaveLength(1);
  });

  test("reads as a rate limit what comes as a page, and says when to come back", async () => {
    await fault(REQUEST, "rate_limit", { delay_ms: 60_000 });
    await expect(search()).rejects.toMatchObject({
      code: "rate_limited",
      detail: { retry_after_ms: 60_000, attempts: 1 },
    });
  });
});

describe("an export that is at work", () => {
  /** Some chunks are there and others aren't, for as long as the lab's clock stands. */
  const HALF_MS = 300;
  async function half(filters = exportFilters({})) {
    await lab.clock({ ahead_ms: 0, still: true });
    await exportOf(reader(), filters, Date.now());
    await lab.clock({ ahead_ms: HALF_MS, still: true });
  }

  test("is used as far as it is, and the cursor goes on with the rest", async () => {
    await half();
    const first = await call(
      await agentOf(await signedIn("half", "viewer"), SCOPES),
      "search_vulnerabilities",
      {
        limit: 5,
      },
    );
    expect(first).toMatchObject({
      status: "ok",
      coverage: { complete: false, next_cursor: expect.any(String) },
    });
    const found: Vulnerability[] = [];
    let cursor = "coverage" in first ? first.coverage.next_cursor : null;
    await goesOn(HALF_MS);
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof search>> = await search({ limit: 100, cursor });
      found.push(...page.vulnerabilities);
      cursor = page.next_cursor;
    }
    const whole = await everything();
    const ids = (list: readonly Vulnerability[]) => list.map(({ vulnerability_id }) => vulnerability_id);
    const of_first = "data" in first ? (first.data.vulnerabilities as unknown as Vulnerability[]) : [];
    expect(new Set(ids([...of_first, ...found]))).toEqual(new Set(ids(whole)));
    expect(of_first.length + found.length).toBe(whole.length);
    expect(await requestsOf(REQUEST)).toHaveLength(1);
  });

  test("ends a page when its time is up, with what was there by then", async () => {
    await half();
    const state = await exportOf(reader(), exportFilters({}), Date.now());
    expect(state.finished).toBe(false);
    const page = await readPage(reader(), state, {
      from: BEGINNING,
      most: 10_000,
      keep: () => true,
      until: Date.now(),
    });
    expect(page.findings.length).toBeGreaterThan(0);
    expect(page.next).not.toBeNull();
  });

  test("that is finished and small answers narrower questions, too", async () => {
    await everything();
    await search({ cve_id: "CVE-2024-6387" });
    await search({ severity: ["low"] });
    expect(await requestsOf(REQUEST)).toHaveLength(1);
  });
});
