import { describe, expect, it } from "vitest";
import { effects, fault, lab } from "./support/estate.ts";
import { exportMs, runMs, Tenable } from "./support/tenable.ts";

const error = (statusCode: number) => ({
  statusCode,
  error: expect.any(String),
  message: expect.any(String),
});

describe("API keys", () => {
  it("are refused when they are wrong, and launch only with the role for it", async () => {
    const world = await lab();
    const wrong = await new Tenable(world, "read", "nonsense").scans();
    expect([wrong.status, wrong.body]).toEqual([401, error(401)]);
    const read = new Tenable(world);
    const [scan] = (await read.scans()).body.scans;
    const { id } = scan;
    const forbidden = [await read.launch(id), await read.latestStatus(id), await read.history(id)];
    for (const { status, body } of forbidden) expect([status, body]).toEqual([403, error(403)]);
    expect(await effects(world)).toEqual([]);
  });
});

describe("an export", () => {
  it("becomes ready in parts, which are not listed in order, and holds each finding once", async () => {
    const world = await lab();
    const tenable = new Tenable(world);
    const { status, body } = await tenable.begin();
    expect(status).toBe(200);
    const { export_uuid } = body;
    expect((await tenable.status(export_uuid)).body).toMatchObject({
      status: "PROCESSING",
      chunks_available: [],
      total_chunks: 5,
    });
    expect((await tenable.chunk(export_uuid, 1)).status).toBe(400);
    world.clock.ms += exportMs;
    const { chunks_available, ...rest } = (await tenable.status(export_uuid)).body;
    expect(rest).toMatchObject({ status: "FINISHED", chunks_failed: [], num_assets_per_chunk: 50 });
    expect(chunks_available.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(chunks_available).not.toEqual([1, 2, 3, 4, 5]);
    const found = [];
    for (const chunk of chunks_available) found.push(...(await tenable.chunk(export_uuid, chunk)).body);
    expect(found.length).toBeGreaterThan(400);
    const ids = found.flatMap(({ finding_id }) => finding_id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(400);
    expect((await tenable.chunk(export_uuid, 6)).status).toBe(404);
  });

  it("isn't begun twice at the same time with the same filters: the answer names the one at work", async () => {
    const world = await lab();
    const tenable = new Tenable(world);
    const { export_uuid } = (await tenable.begin({ severity: ["high"] })).body;
    const again = await tenable.begin({ severity: ["high"] });
    expect(again.status).toBe(409);
    expect(again.body).toEqual({ active_job_id: export_uuid, failure_reason: expect.any(String) });
    expect((await tenable.begin({ severity: ["low"] })).status).toBe(200);
    world.clock.ms += exportMs;
    expect((await tenable.begin({ severity: ["high"] })).body.export_uuid).not.toBe(export_uuid);
  });

  it("can be had for 24 hours, and survives a restart", async () => {
    const world = await lab();
    const tenable = new Tenable(world);
    const { export_uuid } = (await tenable.begin({ severity: ["critical"] })).body;
    await world.close();
    const restarted = new Tenable(await lab(world.stateDir, world.clock));
    world.clock.ms += 24 * 3_600_000 - 1;
    expect((await restarted.status(export_uuid)).status).toBe(200);
    world.clock.ms += 1;
    expect((await restarted.status(export_uuid)).body).toEqual(error(404));
    expect((await restarted.chunk(export_uuid, 1)).status).toBe(404);
  });

  it("holds what its filters hold for, and without a time only what the last 30 days saw", async () => {
    const { clock, ...world } = await lab();
    const tenable = new Tenable(world);
    const ever = { since: 1_000_000_000 };
    const all = await tenable.everything(clock, ever);
    const ids = (findings: readonly { finding_id?: string }[]) =>
      findings.flatMap(({ finding_id }) => finding_id ?? []).toSorted();
    const filtered = (filters: object) => tenable.everything(clock, { ...ever, ...filters }).then(ids);
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(["OPEN", "REOPENED", "RESURFACED"]));
    expect((await tenable.everything(clock)).length).toBeLessThan(all.length);
    expect(await filtered({ severity: ["low", "critical"] })).toEqual(
      ids(all.filter(({ severity }) => severity === "low" || severity === "critical")),
    );
    expect(await filtered({ cve_id: ["CVE-2024-6387"] })).toEqual(
      ids(all.filter(({ plugin }) => plugin.cve?.includes("CVE-2024-6387"))),
    );
    const { ipv4 = "" } = all[0]?.asset ?? {};
    expect(await filtered({ cidr_range: `${ipv4}/32` })).toEqual(
      ids(all.filter(({ asset }) => asset.ipv4 === ipv4)),
    );
    expect((await filtered({ state: ["FIXED"] })).length).toBeGreaterThan(5);
    const refused = [{ since: 5 }, { severity: ["Critical"] }, { hostname: "x" }];
    for (const filters of refused) expect((await tenable.begin(filters)).status).toBe(400);
  });

  it("shows recast risks with both severities, and leaves empty attributes out", async () => {
    const { clock, ...world } = await lab();
    const all = await new Tenable(world).everything(clock, { since: 1_000_000_000 });
    const recast = all.filter((finding) => finding.severity_modification_type === "RECASTED");
    expect(recast.length).toBeGreaterThan(2);
    for (const { severity_id, severity_default_id } of recast)
      expect(severity_id).toBeLessThan(severity_default_id ?? 5);
    expect(all.filter(({ plugin }) => !("cve" in plugin)).length).toBeGreaterThan(50);
    expect(all.filter(({ asset }) => !("netbios_name" in asset)).length).toBeGreaterThan(50);
  });

  it("says which chunks failed when a fault has some fail", async () => {
    const world = await lab();
    const tenable = new Tenable(world);
    const { export_uuid } = (await tenable.begin()).body;
    await fault(world, { vendor: "tenable", operation: "exports-vulns-export-status", mode: "partial" });
    expect((await tenable.status(export_uuid)).body.status).toBe("PROCESSING");
    world.clock.ms += exportMs;
    const { body } = await tenable.status(export_uuid);
    expect(body).toMatchObject({ status: "FINISHED", chunks_failed: [1], reason: expect.any(String) });
    expect(body.chunks_available.toSorted()).toEqual([2, 3, 4, 5]);
  });
});

describe("a scan", () => {
  it("runs each time that it is launched, under either of its names", async () => {
    const world = await lab();
    const scanner = new Tenable(world, "scan");
    const [{ id, schedule_uuid, uuid }] = (await scanner.scans()).body.scans;
    expect((await scanner.latestStatus(id)).body).toEqual({ status: "completed" });
    const first = await scanner.launch(schedule_uuid, { "x-request-id": "op_1" });
    expect([first.status, first.body]).toEqual([200, { scan_uuid: expect.any(String) }]);
    const second = await scanner.launch(id);
    expect(second.body.scan_uuid).not.toBe(first.body.scan_uuid);
    const target = `scan/${schedule_uuid}`;
    expect(await effects(world)).toMatchObject([
      { vendor: "tenable", action: "launch", target, request_id: "op_1" },
      { vendor: "tenable", action: "launch", target },
    ]);
    const { history, pagination } = (await scanner.history(schedule_uuid)).body;
    expect(history.map((run: { scan_uuid: string }) => run.scan_uuid)).toEqual([
      second.body.scan_uuid,
      first.body.scan_uuid,
      uuid,
    ]);
    expect(pagination).toMatchObject({ total: 3, offset: 0, limit: 50 });
    expect((await scanner.history(id, "&limit=1&offset=1")).body.history).toHaveLength(1);
  });

  it("goes from pending to running to completed, and its list says when it was launched", async () => {
    const world = await lab();
    const scanner = new Tenable(world, "scan");
    const [{ id }] = (await scanner.scans()).body.scans;
    await scanner.launch(id);
    const statuses = [(await scanner.latestStatus(id)).body.status];
    for (const ms of [1000, runMs]) {
      world.clock.ms += ms;
      statuses.push((await scanner.latestStatus(id)).body.status);
    }
    expect(statuses).toEqual(["pending", "running", "completed"]);
    const launchedAt = Math.floor((world.clock.ms - runMs - 1000) / 1000);
    const { scans } = (await scanner.scans({ started_from: String(launchedAt) })).body;
    expect(scans).toMatchObject([{ id, status: "completed", last_modification_date: launchedAt }]);
    expect((await scanner.scans({ started_from: String(launchedAt + 1) })).body.scans).toEqual([]);
    expect((await scanner.history(id)).body.history[0]).toMatchObject({
      time_start: launchedAt,
      time_end: launchedAt + 3,
    });
  });

  it("that is disabled or doesn't exist isn't launched", async () => {
    const world = await lab();
    const scanner = new Tenable(world, "scan");
    const disabled = (await scanner.scans()).body.scans.find(
      ({ status }: { status: string }) => status === "empty",
    );
    expect(disabled).toMatchObject({ control: false });
    expect((await scanner.launch(disabled.id)).status).toBe(403);
    for (const answer of [await scanner.launch(1), await scanner.latestStatus(1), await scanner.history(1)]) {
      expect(answer.status).toBe(404);
    }
    expect(await effects(world)).toEqual([]);
  });
});

describe("a fault", () => {
  it("limits the rate with a page and a number of seconds", async () => {
    const world = await lab();
    await fault(world, { vendor: "tenable", mode: "rate_limit", delay_ms: 7000 });
    const { status, headers, body } = await new Tenable(world).scans();
    expect(status).toBe(429);
    expect(headers.get("content-type")).toContain("text/html");
    expect(headers.get("retry-after")).toBe("7");
    expect(body).toContain("<h1>429 Too Many Requests</h1>");
  });

  it("drifts what is relied on, and has the effect all the same", async () => {
    const world = await lab();
    const scanner = new Tenable(world, "scan");
    const [{ id, schedule_uuid }] = (await scanner.scans()).body.scans;
    await fault(world, { vendor: "tenable", mode: "drift" });
    expect((await scanner.launch(id)).body).toEqual({ scanUuid: expect.any(String) });
    expect((await scanner.scans()).body.scans[0]).toMatchObject({
      scheduleUuid: schedule_uuid,
      status: { name: "pending" },
    });
    expect(await effects(world)).toHaveLength(1);
  });
});
