import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exported } from "../../../src/connectors/tenable/export.ts";
import { exportFilters } from "../../../src/connectors/tenable/finding-filter.ts";
import type { Vulnerability } from "../../../src/connectors/tenable/normalise.ts";
import { searchVulnerabilities } from "../../../src/connectors/tenable/search-vulnerabilities.ts";
import { breakerReport } from "../../../src/downstream/circuit.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { newOperationId } from "../../../src/effect/operation.ts";
import { effects, inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { lab } from "../../support/worker/lab.ts";
import { signedIn } from "../../support/worker/people.ts";

const REQUEST = "exports-vulns-request-export";
const STATUS = "exports-vulns-export-status";
const CHUNK = "exports-vulns-download-chunk";
const LIST = "scans-list";
const LAUNCH = "scans-launch";
const SCOPES = ["vulnerabilities:read", "scans:launch"];
const why = { reason: "Test of scans" };

const fault = (operation: string, mode: string, more: object = {}) =>
  inject({ vendor: "tenable", operation, mode, ...more });
const reader = () => upstreamFor(env, "tenable.read");

/** From now on no export gets any further, and no scan. */
const standsStill = () => lab.clock({ ahead_ms: 0, still: true });
async function goesOn(): Promise<void> {
  await lab.clock({ ahead_ms: 0 });
}

async function search(input: object = {}) {
  const principal = {
    tenant: "acme",
    subject: "ada",
    display: "Ada",
    roles: [],
    client_id: "test",
    scopes: [],
    session_id: "s",
  };
  const context = { env, principal, now: Date.now(), upstream: reader, progress: () => undefined };
  const outcome = await searchVulnerabilities.run(searchVulnerabilities.input.parse(input), context);
  if (outcome.outcome !== "found") throw new Error("a search finds, if only nothing");
  const { vulnerabilities } = searchVulnerabilities.output.parse(outcome.data) as {
    vulnerabilities: Vulnerability[];
  };
  return { vulnerabilities, next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

async function everything(input: object = {}): Promise<Vulnerability[]> {
  const found: Vulnerability[] = [];
  let cursor: string | null = null;
  do {
    const page = await search({ limit: 100, ...input, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.vulnerabilities);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < 2000);
  return found;
}

beforeEach(async () => {
  await resetLab();
  breakerReport("tenable.read", true);
  breakerReport("tenable.scan", true);
});
afterEach(goesOn);

describe("search_vulnerabilities", () => {
  test("shows every open finding once, page by page, out of one export", async () => {
    const found = await everything();
    expect(new Set(found.map(({ vulnerability_id }) => vulnerability_id)).size).toBe(found.length);
    expect(found.length).toBeGreaterThan(400);
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["open", "reopened"]));
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
    expect(small).toEqual(whole);
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
    expect(recent.every(({ last_seen_time }) => last_seen_time >= since)).toBe(true);
  });

  test("finds what is on one device, by its name and by its address", async () => {
    const [some] = await everything({ cve_id: "CVE-2024-6387" });
    const device = some?.device ?? { hostname: null, ip: null };
    const byName = await everything({ device: device.hostname });
    expect(byName.length).toBeGreaterThan(1);
    expect(new Set(byName.map(({ device: { hostname } }) => hostname))).toEqual(new Set([device.hostname]));
    expect(await everything({ device: device.ip })).toEqual(byName);
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    const { vulnerabilities, next_cursor, sources } = await search({ cve_id: "CVE-1999-0001" });
    expect(vulnerabilities).toEqual([]);
    expect(next_cursor).toBeNull();
    expect(sources).toMatchObject([{ source: "tenable", status: "ok", count: 0 }]);
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
    await expect(exported(reader(), filters, Date.now())).rejects.toMatchObject({
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
    await expect(exported(reader(), filters, Date.now())).rejects.toMatchObject({ kind: "transient" });
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
    await expect(search()).rejects.toMatchObject({ detail: { contract_path: "0.finding_id" } });
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

describe("launch_scan", () => {
  const responder = async () => agentOf(await signedIn("scanner", "responder"), SCOPES);
  let taken = 0;

  /** Operations outlive the lab's reset, so each test takes a scan of its own. */
  async function scan(): Promise<string> {
    const found = await everything();
    const ids = [...new Set(found.map(({ scan_id }) => scan_id))].toSorted();
    taken += 1;
    return ids[taken - 1] ?? "";
  }

  test("launches once, however often it is asked for, and shows that the scan ran", async () => {
    const scan_id = await scan();
    const agent = await responder();
    const first = await call(agent, "launch_scan", { scan_id, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { scan_id, status: "pending", run_uid: expect.any(String) },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    const operation_id = "operation" in first ? first.operation?.id : undefined;
    expect(await effects()).toEqual([
      expect.objectContaining({ action: "launch", target: `scan/${scan_id}`, request_id: operation_id }),
    ]);
    // A replay looks back for a second at most, and else doesn't know.
    await expect
      .poll(() => call(agent, "launch_scan", { scan_id, reason: "In other words" }))
      .toMatchObject({
        status: "ok",
        operation: { id: operation_id, replayed: true, still_in_effect: true },
      });
    expect(await effects()).toHaveLength(1);
  });

  test("whose answer was lost is settled by what the list of scans shows", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await fault(LAUNCH, "drop_after_effect", { times: 1 });
    const lost = await call(agent, "launch_scan", { scan_id, ...why });
    expect(lost).toMatchObject({ status: "error", error: { code: "outcome_unknown" } });
    await expect
      .poll(() => call(agent, "launch_scan", { scan_id, ...why }))
      .toMatchObject({ status: "ok", operation: { evidence: "read_back", replayed: true } });
    expect(await effects()).toHaveLength(1);
  });

  test("that the vendor refused had no effect, and the repeat launches", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await fault(LAUNCH, "rate_limit", { times: 1 });
    expect(await call(agent, "launch_scan", { scan_id, ...why })).toMatchObject({
      status: "error",
      error: { code: "rate_limited", retryable: true },
      operation: { state: "failed_safe" },
    });
    expect(await effects()).toEqual([]);
    expect(await call(agent, "launch_scan", { scan_id, ...why })).toMatchObject({ status: "ok" });
    expect(await effects()).toHaveLength(1);
  });

  test("doesn't launch what is running, and doesn't find what doesn't exist", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await standsStill();
    const first = await call(agent, "launch_scan", { scan_id, ...why });
    const supersedes = "operation" in first ? first.operation?.id : undefined;
    expect(await call(agent, "launch_scan", { scan_id, ...why, supersedes })).toMatchObject({
      status: "ok",
      operation: { evidence: "already_so", replayed: false },
    });
    expect(await effects()).toHaveLength(1);
    const unknown = scan_id.replace(/^.{8}/, "00000000");
    expect(await call(agent, "launch_scan", { scan_id: unknown, ...why })).toMatchObject({
      status: "not_found",
      resource: { kind: "scan", id: unknown },
    });
  });

  test.each(["drift", "partial", "reset"])(
    "is never sent when the scan can't be looked at: %s",
    async (mode) => {
      await fault(LIST, mode);
      const scan_id = "461e4ebc-b309-face-6fa1-afa4ba163cb6d84b9dc0a0dc5020";
      const result = await call(await responder(), "launch_scan", { scan_id, ...why });
      expect(result).toMatchObject({ status: "error" });
      expect(await requestsOf(LAUNCH)).toEqual([]);
    },
  );

  test("takes a role that the credential for reading doesn't have", async () => {
    const { launchScan } = await import("../../../src/connectors/tenable/launch-scan.ts");
    const scan_id = await scanned();
    const operation_id = newOperationId("acme", { kind: "scan", id: scan_id });
    const request = launchScan.request({ scan_id }, operation_id, env);
    const { z } = await import("zod");
    await expect(reader().read(request, z.unknown())).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("Scan Operator [24]"),
    });
    expect(await effects()).toEqual([]);
  });

  async function scanned(): Promise<string> {
    return (await search({ limit: 1 })).vulnerabilities[0]?.scan_id ?? "";
  }
});
