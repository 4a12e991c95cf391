/** CrowdStrike Falcon's samples: alerts of all its products, hosts, containment, and how it refuses. */
import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { Answering, Asked, SampleCase, SampleVendor } from "../vendor.ts";

const DEVICE = "0123456789abcdef0123456789abcdef";
const why = { reason: "Held against a sample" };

const found = (resources: readonly unknown[]) => ({ json: { meta: {}, errors: [], resources } });

/** Ids, as a listing answers them. */
const listed = (ids: readonly string[]) => ({
  json: { meta: { pagination: { offset: 0, limit: 100, total: ids.length } }, errors: [], resources: ids },
});

/** Describes whatever is asked for, and knows nothing of it but its id. */
const described =
  (ids: string, id: string, record: object = {}): Answering =>
  ({ body }: Asked) =>
    found((JSON.parse(body)[ids] as string[]).map((value) => ({ ...record, [id]: value })));

const devices = (record: object = {}) => described("ids", "device_id", record);
const alerts = (record: object = {}) => described("composite_ids", "composite_id", record);

/** A text as it is shown: on one line, and blank is none. */
const said = (text: unknown) =>
  typeof text === "string" && text.trim() !== "" ? text.trim().replaceAll(/\s+/g, " ") : null;
const iso = (time: string | undefined) => (time ? new Date(time).toISOString() : null);

/** The console's buckets, as the vendor documents them. */
function severityOf({ severity, severity_name }: { severity?: number; severity_name?: string }): string {
  if (severity_name) return severity_name;
  if (severity === undefined) return "Unknown";
  return ["Informational", "Low", "Medium", "High", "Critical"][Math.min(4, Math.floor(severity / 20))] ?? "";
}

// biome-ignore lint/suspicious/noExplicitAny: a vendor's record has no type before it was read
function expectDetection(detection: any, raw: any): void {
  expect(detection).toMatchObject({
    detection_id: raw.composite_id,
    title: raw.display_name ?? raw.name,
    severity: severityOf(raw),
    status: raw.status,
    vendor_status: raw.status,
    product: raw.product,
    time: iso(raw.timestamp),
    created_time: iso(raw.created_timestamp),
    assigned_to: said(raw.assigned_to_name) ?? said(raw.assigned_to_uid),
    resolution: said(raw.resolution),
  });
  expect(detection.desc === null).toBe(said(raw.description) === null);
  expect(detection.user?.name ?? null).toBe(said(raw.user_name));
  expect(detection.user?.uid ?? null).toBe(said(raw.user_id));
  expect(detection.process?.cmd_line ?? null).toBe(said(raw.cmdline));
  expect(detection.process?.name ?? null).toBe(said(raw.filename));
  expect(detection.process?.file?.path ?? null).toBe(said(raw.filepath));
  expect(detection.process?.parent_process?.cmd_line ?? null).toBe(said(raw.parent_details?.cmdline));
  const hashes = (detection.process?.file?.hashes ?? []) as { algorithm: string; value: string }[];
  expect(hashes.find(({ algorithm }) => algorithm === "SHA-256")?.value ?? null).toBe(said(raw.sha256));
  expect(hashes.some(({ value }) => /^0*$/.test(value))).toBe(false);
  const device_id = raw.device?.device_id ?? (raw.product === "mobile" ? raw.agent_id : undefined);
  expect(detection.device?.device_id).toBe(device_id);
  const source = said(raw.source_endpoint_host_name) ?? said(raw.source_hosts?.[0]);
  expect(detection.src_endpoint?.hostname ?? null).toBe(source);
  const techniques = (detection.attacks as { technique: { uid: string } }[]).map(
    ({ technique }) => technique.uid,
  );
  if (raw.technique_id && !raw.mitre_attack?.length) expect(techniques).toEqual([raw.technique_id]);
  for (const { technique_id } of raw.mitre_attack ?? []) expect(techniques).toContain(technique_id);
}

// biome-ignore lint/suspicious/noExplicitAny: a vendor's record has no type before it was read
function expectDevice(device: any, raw: any): void {
  expect(device).toMatchObject({
    device_id: raw.device_id,
    hostname: said(raw.hostname),
    ip: said(raw.local_ip),
    mac: said(raw.mac_address),
    serial_number: said(raw.serial_number),
    last_seen_time: iso(raw.last_seen),
    last_login: { user: said(raw.last_login_user), time: iso(raw.last_login_timestamp) },
    os: { name: said(raw.os_version) },
    containment: raw.status,
    criticality: raw.criticality ?? "unknown",
  });
}

const failing =
  (code: string, more: object = {}): SampleCase["check"] =>
  (result) =>
    expect(result).toMatchObject({ status: "error", error: { code, ...more } });

const BASE_URL = { kind: "configuration", settings: ["CROWDSTRIKE_BASE_URL"] };

/** The call that asks for a sample of each operation. */
const CASES: Readonly<Record<string, (sample: Sample) => SampleCase | null>> = {
  PostEntitiesAlertsV2({ json }) {
    const raw = (json.resources ?? []) as { composite_id: string }[];
    if (raw.length > 1) {
      return {
        tool: "search_detections",
        args: {},
        others: { GetQueriesAlertsV2: listed(raw.map(({ composite_id }) => composite_id)) },
        check({ coverage, data }) {
          expect(coverage).toMatchObject({ complete: true, unreadable: 0 });
          expect(data.detections).toHaveLength(raw.length);
          for (const [at, record] of raw.entries()) expectDetection(data.detections[at], record);
        },
      };
    }
    return {
      tool: "get_detection",
      args: { detection_id: raw[0]?.composite_id ?? "no:such:alert" },
      check: (result) =>
        raw.length === 0
          ? expect(result).toMatchObject({ status: "not_found", resource: { kind: "detection" } })
          : expectDetection(result.data, raw[0]),
    };
  },
  GetQueriesAlertsV2({ http_status, json }) {
    const call = { tool: "search_detections", args: {}, others: { PostEntitiesAlertsV2: alerts() } };
    if (http_status === 404) return { ...call, check: failing("misconfigured", BASE_URL) };
    if (http_status === 403) return { ...call, check: failing("credential_rejected") };
    return {
      ...call,
      check({ coverage, data }) {
        const ids = (data.detections as { detection_id: string }[]).map(({ detection_id }) => detection_id);
        expect(ids).toEqual(json.resources);
        expect(coverage.sources[0].total).toBe(json.meta.pagination.total);
      },
    };
  },
  PostDeviceDetailsV2: ({ json }) => ({
    tool: "get_device",
    args: { device_id: json.resources[0].device_id },
    check: ({ data }) => expectDevice(data, json.resources[0]),
  }),
  QueryDevicesByFilter({ http_status, json }) {
    const call = { tool: "search_devices", args: { limit: 1 }, others: { PostDeviceDetailsV2: devices() } };
    if (http_status === 429) return { ...call, check: failing("rate_limited", { kind: "transient" }) };
    if (http_status === 308) {
      const message = expect.stringContaining("https://api.us-2.crowdstrike.com");
      return { ...call, check: failing("misconfigured", { ...BASE_URL, message }) };
    }
    const { total } = json.meta.pagination as { total: number };
    return {
      ...call,
      check({ coverage, data }) {
        expect((data.devices as { device_id: string }[]).map(({ device_id }) => device_id)).toEqual(
          json.resources,
        );
        expect(coverage.sources[0]).toMatchObject({ status: "ok", total });
        expect(coverage.next_cursor === null).toBe(json.resources.length === total);
      },
    };
  },
  oauth2AccessToken({ http_status }) {
    // A refused credential is left alone for five seconds, in which every sample after this one would be refused.
    if (http_status !== 201) return null;
    const page = listed([]);
    return {
      tool: "search_devices",
      args: {},
      // The token that is held counts no longer, so another is asked for.
      others: {
        QueryDevicesByFilter: ({ nth }) => (nth === 1 ? { json: { errors: [] }, status: 401 } : page),
      },
      check: (result) => expect(result).toMatchObject({ status: "ok", data: { devices: [] } }),
    };
  },
  PerformActionV2({ file, http_status }) {
    const device_id = "0d15ea5e0d15ea5e0d15ea5e0d15ea5e";
    const on = (status: string) => ({ PostDeviceDetailsV2: devices({ status, criticality: "low" }) });
    const contain = { tool: "contain_device", args: { device_id, ...why }, others: on("normal") };
    if (http_status === 404)
      return { ...contain, check: failing("upstream_rejected", { kind: "invalid_request" }) };
    if (http_status === 403) {
      const args = { ...contain.args, device_id: DEVICE };
      return { ...contain, args, check: failing("credential_rejected") };
    }
    // The other way for the second: the same again would be answered by the first.
    const [call, containment] = file.includes("/01-")
      ? ([contain, "pending"] as const)
      : ([{ ...contain, tool: "release_device", others: on("contained") }, "lifting"] as const);
    const done = { status: "ok", data: { device_id, containment }, operation: { state: "succeeded" } };
    return { ...call, check: (result) => expect(result).toMatchObject(done) };
  },
  PatchEntitiesAlertsV3({ file, http_status }) {
    const call = {
      tool: "update_detection",
      args: { detection_id: `sample:${file}`, status: "closed", ...why },
      others: { PostEntitiesAlertsV2: alerts({ status: "new" }) },
    };
    if (http_status === 400) {
      const message = expect.stringContaining("status");
      return { ...call, check: failing("upstream_rejected", { kind: "invalid_request", message }) };
    }
    const done = { status: "ok", data: { status: "closed" }, operation: { state: "succeeded" } };
    return { ...call, check: (result) => expect(result).toMatchObject(done) };
  },
};

export const crowdstrike: SampleVendor = {
  name: "crowdstrike",
  folder: "crowdstrike",
  environment: (url) => ({ CROWDSTRIKE_BASE_URL: url }),
  routes: [
    { operation: "oauth2AccessToken", method: "POST", path: /^\/oauth2\/token$/ },
    { operation: "QueryDevicesByFilter", method: "GET", path: /^\/devices\/queries\/devices\/v1$/ },
    { operation: "PostDeviceDetailsV2", method: "POST", path: /^\/devices\/entities\/devices\/v2$/ },
    { operation: "PerformActionV2", method: "POST", path: /^\/devices\/entities\/devices-actions\/v2$/ },
    { operation: "GetQueriesAlertsV2", method: "GET", path: /^\/alerts\/queries\/alerts\/v2$/ },
    { operation: "PostEntitiesAlertsV2", method: "POST", path: /^\/alerts\/entities\/alerts\/v2$/ },
    { operation: "PatchEntitiesAlertsV3", method: "PATCH", path: /^\/alerts\/entities\/alerts\/v3$/ },
  ],
  usual: {
    oauth2AccessToken: { json: { access_token: "t", token_type: "bearer", expires_in: 1799 }, status: 201 },
  },
  caseOf: (sample) => CASES[sample.operation]?.(sample) ?? null,
  lab: {
    calls: [
      { tool: "search_detections", args: { limit: 100 } },
      { tool: "search_devices", args: { limit: 100 } },
    ],
    records: {
      PostEntitiesAlertsV2: (json) => json.resources ?? [],
      PostDeviceDetailsV2: (json) => json.resources ?? [],
    },
  },
};
