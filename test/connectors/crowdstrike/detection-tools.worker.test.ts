import { beforeEach, describe, expect, test } from "vitest";
import { inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { rested } from "../../support/worker/credentials.ts";
import { signedIn } from "../../support/worker/people.ts";

const READ = ["detections:read", "devices:read"];
const NOBODY = `${"0".repeat(32)}:ind:${"0".repeat(32)}:1-2-3`;

interface Detection {
  readonly detection_id: string;
  readonly severity: string;
  readonly status: string;
  readonly created_time: string;
  readonly device: { readonly device_id: string; readonly hostname: string } | null;
}

interface Page {
  readonly data: { readonly detections: Detection[] };
  readonly coverage: { readonly complete: boolean; readonly next_cursor: string | null };
}

const viewer = async () => agentOf(await signedIn("detections-viewer", "viewer"), READ);
const search = async (input: object = {}) =>
  (await call(await viewer(), "search_detections", { limit: 100, ...input })) as unknown as Page;

beforeEach(async () => {
  await resetLab();
  await rested("crowdstrike.alerts_read");
});

describe("search_detections", () => {
  test("shows every detection once, page by page, the newest first, and says when it is whole", async () => {
    const seen: Detection[] = [];
    let cursor: string | null = null;
    let complete = false;
    do {
      const page = await search({ limit: 25, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.data.detections);
      ({ next_cursor: cursor, complete } = page.coverage);
      expect(complete).toBe(cursor === null);
    } while (cursor !== null && seen.length < 200);
    expect(new Set(seen.map(({ detection_id }) => detection_id)).size).toBe(62);
    expect(seen).toHaveLength(62);
    const times = seen.map(({ created_time }) => created_time);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test("finds by severity, status and device only what is so", async () => {
    const severe = (await search({ severity: ["high", "critical"] })).data.detections;
    expect(new Set(severe.map(({ severity }) => severity))).toEqual(new Set(["High", "Critical"]));
    const closed = (await search({ status: "closed" })).data.detections;
    expect(closed.length).toBeGreaterThan(0);
    expect(new Set(closed.map(({ status }) => status))).toEqual(new Set(["closed"]));
    const device_id = severe.find(({ device }) => device !== null)?.device?.device_id ?? "";
    const there = (await search({ device_id })).data.detections;
    expect(new Set(there.map(({ device }) => device?.device_id))).toEqual(new Set([device_id]));
  });

  test("finds what was written down since a time, in whatever zone it is given", async () => {
    const { detections } = (await search()).data;
    const since = detections[10]?.created_time ?? "";
    expect((await search({ since })).data.detections).toHaveLength(11);
    const elsewhere = `${new Date(Date.parse(since) + 3_600_000).toISOString().slice(0, -1)}+01:00`;
    expect((await search({ since: elsewhere })).data.detections).toHaveLength(11);
    expect(await search({ since: "last week" })).toMatchObject({ error: { code: "invalid_input" } });
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    expect(await search({ device_id: "0".repeat(32) })).toMatchObject({
      status: "ok",
      data: { detections: [] },
      coverage: { complete: true, sources: [{ source: "crowdstrike", status: "ok", count: 0 }] },
    });
  });

  test("shows detections of an account, without a device", async () => {
    const { detections } = (await search()).data;
    expect(detections.filter(({ device }) => device === null)).toHaveLength(2);
  });

  test.each([
    ["GetQueriesAlertsV2", "partial", "transient"],
    ["PostEntitiesAlertsV2", "partial", "transient"],
    ["GetQueriesAlertsV2", "drift", "contract"],
    ["PostEntitiesAlertsV2", "drift", "contract"],
    ["GetQueriesAlertsV2", "malformed", "contract"],
    ["PostEntitiesAlertsV2", "reset", "transient"],
    ["PostEntitiesAlertsV2", "status", "transient"],
    ["GetQueriesAlertsV2", "html", "transient"],
  ])("never takes a failure for nothing: %s %s is %s", async (operation, mode, kind) => {
    await inject({ operation, mode });
    expect(await search()).toMatchObject({ status: "error", error: { kind } });
  });

  test("names where the vendor's answer is not what it was", async () => {
    await inject({ operation: "GetQueriesAlertsV2", mode: "drift" });
    expect(await search()).toMatchObject({ error: { message: expect.stringContaining("at resources") } });
  });

  test("outlives a token that ended, and waits as long as the vendor asks", async () => {
    await inject({ operation: "GetQueriesAlertsV2", mode: "expire_tokens" });
    await inject({ operation: "PostEntitiesAlertsV2", mode: "rate_limit", delay_ms: 300, times: 1 });
    expect(await search()).toMatchObject({ status: "ok" });
    expect((await requestsOf("PostEntitiesAlertsV2")).map(({ status }) => status)).toEqual([429, 200]);
  });

  test("is refused a cursor of another search", async () => {
    const { coverage } = await search({ limit: 5 });
    expect(await search({ limit: 5, status: "new", cursor: coverage.next_cursor })).toMatchObject({
      error: { code: "invalid_input" },
    });
  });

  test("names the permission that its credential lacks", async () => {
    await inject({ operation: "GetQueriesAlertsV2", mode: "status", status: 403 });
    expect(await search()).toMatchObject({
      error: { code: "credential_rejected", message: expect.stringContaining("Alerts: READ") },
    });
  });
});

describe("get_detection", () => {
  test("shows the detection that was asked for", async () => {
    const [detection] = (await search({ limit: 1 })).data.detections;
    const { detection_id } = detection ?? {};
    expect(await call(await viewer(), "get_detection", { detection_id })).toMatchObject({
      status: "ok",
      data: detection,
    });
  });

  test("says that a detection doesn't exist only when the vendor says so", async () => {
    const agent = await viewer();
    expect(await call(agent, "get_detection", { detection_id: NOBODY })).toMatchObject({
      status: "not_found",
      resource: { kind: "detection", id: NOBODY },
    });
    await inject({ operation: "PostEntitiesAlertsV2", mode: "partial" });
    expect(await call(agent, "get_detection", { detection_id: NOBODY })).toMatchObject({
      error: { code: "upstream_unavailable" },
    });
  });
});
