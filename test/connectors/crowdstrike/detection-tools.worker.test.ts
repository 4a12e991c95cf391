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
  readonly product: string;
  readonly vendor_severity: string | null;
  readonly user: { readonly name: string } | null;
  readonly process: { readonly file: { readonly hashes: { readonly value: string }[] } | null } | null;
}

interface Page {
  readonly data: { readonly detections: Detection[] };
  readonly notice?: string;
  readonly coverage: {
    readonly complete: boolean;
    readonly next_cursor: string | null;
    readonly searched?: object;
  };
}

/** A device that no detection is about. */
async function quietDevice(): Promise<string> {
  const found = await call(await viewer(), "search_devices", { limit: 100 });
  const { devices } = (found as unknown as { data: { devices: { device_id: string }[] } }).data;
  const noisy = new Set((await search()).data.detections.map(({ device }) => device?.device_id));
  const quiet = devices.find(({ device_id }) => !noisy.has(device_id));
  if (quiet === undefined) throw new Error("every device has a detection");
  return quiet.device_id;
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
    expect(new Set(seen.map(({ detection_id }) => detection_id)).size).toBe(67);
    expect(seen).toHaveLength(67);
    const times = seen.map(({ created_time }) => created_time);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test("finds by severity, status and device only what is so", async () => {
    const severe = (await search({ severity: ["high", "critical"] })).data.detections;
    expect(new Set(severe.map(({ severity }) => severity))).toEqual(new Set(["High", "Critical"]));
    const closed = (await search({ status: ["closed"] })).data.detections;
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

  test("that finds nothing on a device says that the device is there, or that it isn't", async () => {
    await rested("crowdstrike.read");
    const gone = "0".repeat(32);
    expect(await search({ device_id: gone })).toMatchObject({
      status: "not_found",
      resource: { kind: "device", id: `crowdstrike:${gone}` },
      coverage: { sources: [{ source: "crowdstrike", status: "not_found", count: 0 }] },
    });
    const quiet = await quietDevice();
    expect(await search({ device_id: quiet })).toMatchObject({
      status: "ok",
      data: { detections: [] },
      coverage: {
        complete: true,
        sources: [{ status: "ok", count: 0, total: 0, matched: [{ id: quiet, by: "id" }] }],
      },
    });
  });

  test("that finds nothing claims nothing of a device that the caller may not see, or of a user", async () => {
    const blind = await agentOf(await signedIn("detections-only", "viewer"), ["detections:read"]);
    const unknown = { status: "ok", coverage: { sources: [{ status: "ok", count: 0, matched: null }] } };
    expect(await call(blind, "search_detections", { device_id: "0".repeat(32) })).toMatchObject(unknown);
    const nobody = await search({ user: "no.such.user" });
    expect(nobody).toMatchObject(unknown);
    expect(nobody.notice).toContain("doesn't show that the named thing exists");
  });

  test("that finds nothing, and can't look for the device, is that failure", async () => {
    await rested("crowdstrike.read");
    await inject({ operation: "PostDeviceDetailsV2", mode: "reset" });
    expect(await search({ device_id: "0".repeat(32) })).toMatchObject({
      status: "error",
      error: { code: "upstream_unavailable" },
    });
  });

  test("shows detections of accounts, clouds and logs, without a device", async () => {
    const { detections } = (await search()).data;
    const without = detections.filter(({ device }) => device === null).map(({ product }) => product);
    expect(without.toSorted()).toEqual(["fcs", "idp", "idp", "ngsiem"]);
  });

  test("derives a severity from the number where there is no word, and says where there is neither", async () => {
    const { detections } = (await search()).data;
    const of = (product: string) => detections.filter((one) => one.product === product);
    expect(of("automated-lead-context")).toMatchObject([{ severity: "Unknown", vendor_severity: null }]);
    expect(detections.filter(({ vendor_severity }) => vendor_severity === "50")).toMatchObject([
      { severity: "Medium" },
    ]);
  });

  test("finds by user, hash and words what names them, and says how it understood a user", async () => {
    const [named] = (await search()).data.detections.filter(({ process }) => process !== null);
    const user = named?.user?.name ?? "";
    const hash = named?.process?.file?.hashes[0]?.value ?? "";
    const by_user = await search({ user: `ACME\\${user}` });
    expect(new Set(by_user.data.detections.map((one) => one.user?.name))).toEqual(new Set([user]));
    expect(by_user.coverage.searched).toMatchObject({ user: [user] });
    const by_hash = (await search({ hash: hash.toUpperCase() })).data.detections;
    expect(by_hash.length).toBeGreaterThan(0);
    expect(new Set(by_hash.map((one) => one.process?.file?.hashes[0]?.value))).toEqual(new Set([hash]));
    expect((await search({ query: "keychain" })).data.detections.length).toBeGreaterThan(0);
    expect((await search({ query: "no such words" })).data.detections).toEqual([]);
  });

  test("finds what was written down until a time", async () => {
    const { detections } = (await search()).data;
    const until = detections[10]?.created_time ?? "";
    // Not included, as the tool's description says: pages of time that follow each other share nothing.
    const before = (await search({ until })).data.detections;
    const after = (await search({ since: until })).data.detections;
    expect(before.length + after.length).toBe(detections.length);
    expect(before.every(({ created_time }) => (created_time ?? "") < until)).toBe(true);
    expect(after.map(({ created_time }) => created_time)).toContain(until);
  });

  test("shows what a process did, without the secrets in its command line", async () => {
    const { detections } = (await search()).data;
    const shown = JSON.stringify(detections);
    expect(shown).toContain("powershell.exe");
    expect(shown).not.toContain("Winter2026");
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
    expect(await search({ limit: 5, status: ["new"], cursor: coverage.next_cursor })).toMatchObject({
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
      data: detection && { ...detection, process: expect.anything() },
    });
  });

  test("says that a detection doesn't exist only when the vendor says so", async () => {
    const agent = await viewer();
    expect(await call(agent, "get_detection", { detection_id: NOBODY })).toMatchObject({
      status: "not_found",
      resource: { kind: "detection", id: `crowdstrike:${NOBODY}` },
    });
    await inject({ operation: "PostEntitiesAlertsV2", mode: "partial" });
    expect(await call(agent, "get_detection", { detection_id: NOBODY })).toMatchObject({
      error: { code: "upstream_unavailable" },
    });
  });
});
