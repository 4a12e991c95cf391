import { describe, expect, test } from "vitest";
import { Alert } from "../../../src/capabilities/alerts/alert.ts";
import { reachable } from "../../../src/connectors/elastic/addresses.ts";
import { foundIn } from "../../../src/connectors/elastic/alerts.ts";
import { alertOf } from "../../../src/connectors/elastic/normalise.ts";
import { AlertHit, AlertSearch, CasePage } from "../../../src/connectors/elastic/schemas.ts";
import { HIT, searched } from "./alert-hits.ts";

const normalised = (fields: object) =>
  Alert.parse(alertOf(AlertHit.parse({ ...HIT, fields: { ...HIT.fields, ...fields } })));

describe("an alert", () => {
  test("has OCSF's names", () => {
    const alert = normalised({});
    expect(alert).toEqual({
      alert_id: HIT._id,
      title: "LSASS Memory Dump Creation",
      severity_id: 5,
      severity: "Critical",
      vendor_severity: "critical",
      risk_score: 91,
      status: "open",
      time: "2026-11-22T09:00:00.123Z",
      analytic: { uid: "94d80550-aaf4-11ec-985f-97e55adae8b9", type: "Rule" },
      device: { hostname: "BOS-DC-01", ip: "10.20.0.11", ip_addresses: ["10.20.0.11", "fe80::1"] },
      user: { name: "mallory", domain: null },
      desc: null,
      vendor_status: "open",
      process: null,
      file: null,
      src_endpoint: null,
      dst_endpoint: null,
      observables: [],
    });
    expect(Alert.safeParse(alert).success).toBe(true);
  });

  test("that is in progress, as it was called once, is acknowledged", () => {
    expect(normalised({ "kibana.alert.workflow_status": ["in-progress"] }).status).toBe("acknowledged");
  });

  test("about several users and hosts names each of them", () => {
    const several = { "user.name": ["ada", "bruno"], "host.name": ["a", "b"], "source.ip": ["10.0.0.1"] };
    expect(normalised(several)).toMatchObject({
      user: { name: "ada" },
      device: { hostname: "a" },
      observables: [
        { name: "host.name", value: "b" },
        { name: "user.name", value: "bruno" },
      ],
    });
  });

  test("of an event without host and user has neither", () => {
    const nobody = { "host.name": undefined, "host.ip": undefined, "user.name": undefined };
    expect(normalised(nobody)).toMatchObject({ device: null, user: null });
  });

  test("cannot dress up a name with what can't be seen", () => {
    expect(normalised({ "user.name": ["adm\u202ein\n"] }).user).toMatchObject({
      name: "adm⟦U+202E⟧in",
    });
  });
});

describe("what is needed to judge an alert", () => {
  test("is passed on: process, parent, file, hashes, where from and to", () => {
    const alert = normalised({
      "kibana.alert.reason": ["process event by mallory"],
      "process.name": ["powershell.exe"],
      "process.executable": ["C:\\ps.exe"],
      "process.command_line": ["powershell.exe -enc SQBFAFgA"],
      "process.hash.sha256": ["ab".repeat(32)],
      "process.parent.name": ["winword.exe"],
      "file.path": "/tmp/x",
      "file.hash.md5": ["cd".repeat(16)],
      "source.ip": ["203.0.113.7"],
      "user.domain": ["CORP"],
    });
    expect(alert).toMatchObject({
      desc: "process event by mallory",
      process: {
        name: "powershell.exe",
        cmd_line: "powershell.exe -enc SQBFAFgA",
        file: { path: "C:\\ps.exe", hashes: [{ algorithm: "SHA-256", value: "ab".repeat(32) }] },
        parent_process: { name: "winword.exe", cmd_line: null, file: null },
      },
      file: { name: null, path: "/tmp/x", hashes: [{ algorithm: "MD5", value: "cd".repeat(16) }] },
      src_endpoint: { ip: "203.0.113.7" },
      dst_endpoint: null,
      user: { name: "mallory", domain: "CORP" },
    });
  });

  test("is shown without the secrets in it", () => {
    const secret = "AKIAIOSFODNN7EXAMPLE";
    const alert = normalised({ "process.command_line": [`aws configure set x ${secret}`] });
    expect(JSON.stringify(alert)).not.toContain(secret);
  });
});

describe("a host's address", () => {
  test.each([
    [["fe80::1", "127.0.0.1", "10.20.0.201"], "10.20.0.201"],
    [["fe80::1", "2001:db8::7"], "2001:db8::7"],
    [["::1", "169.254.3.4", "fd00::2"], "fd00::2"],
    [["FE80::1%eth0", "::"], "FE80::1%eth0"],
    [[], null],
  ])("of %j is %s", (ips, ip) => {
    expect(reachable(ips)).toBe(ip);
    if (ips.length > 0)
      expect(normalised({ "host.ip": ips }).device).toMatchObject({ ip, ip_addresses: ips });
  });
});

describe("a search", () => {
  const found = (more: object, ...hits: unknown[]) =>
    foundIn(AlertSearch.parse({ ...searched(...hits), ...more }), 2);

  test("that was whole lacks nothing, found or not", () => {
    expect(found({}, HIT)).toMatchObject({ hits: [{ _id: HIT._id }], lacking: null });
    expect(found({})).toEqual({ hits: [], unreadable: 0, total: null, lacking: null });
  });

  test.each([{ timed_out: true }, { _shards: { total: 2, failed: 1 } }])(
    "of only a part (%j) says so, and isn't nothing",
    (part) => {
      expect(found(part, HIT)).toMatchObject({ hits: [{}], lacking: { code: "upstream_unavailable" } });
      expect(() => found(part)).toThrow(expect.objectContaining({ code: "upstream_unavailable" }));
    },
  );

  test("that shows fewer than it counted isn't whole", () => {
    const of = (value: number) => ({ hits: { hits: [HIT], total: { value, relation: "eq" } } });
    expect(found(of(1))).toMatchObject({ total: 1, lacking: null });
    expect(found(of(2))).toMatchObject({ total: 2, lacking: { code: "upstream_unavailable" } });
    const more = { hits: { hits: [HIT, HIT], total: { value: 10_000, relation: "gte" } } };
    expect(found(more)).toMatchObject({ total: null, lacking: null });
  });

  test("of no index is another space or a key that may not read it, and isn't nothing", () => {
    expect(() => found({ _shards: { total: 0, failed: 0 } })).toThrow(
      expect.objectContaining({ code: "misconfigured" }),
    );
  });
});

describe("what has another type than we rely on", () => {
  test.each([
    ["kibana.alert.workflow_status", [7]],
    ["kibana.alert.severity", [73]],
    ["kibana.alert.rule.uuid", ["a b"]],
    ["kibana.alert.risk_score", ["91"]],
    ["@timestamp", ["yesterday"]],
    ["host.name", [{ name: "x" }]],
    ["host.ip", ["10.0.0.1", 7]],
  ])("leaves the alert out, and is named where there is no other: %s: %j", (field, value) => {
    const other = { ...HIT, fields: { ...HIT.fields, [field]: value } };
    expect(AlertSearch.parse(searched(HIT, other)).hits.hits).toMatchObject({
      records: [{ _id: HIT._id }],
      unreadable: 1,
    });
    const [issue] = AlertSearch.safeParse(searched(other)).error?.issues ?? [];
    expect(issue?.path.join(".")).toContain(`hits.hits.0.fields.${field}`);
  });

  test.each([
    ["_id", undefined],
    ["_id", "a b"],
    ["sort", undefined],
    ["sort", ["2026-11-22", HIT._id]],
  ])("is a changed contract where it is an alert's id or place: %s: %j", (field, value) => {
    expect(AlertSearch.safeParse(searched({ ...HIT, [field]: value })).success).toBe(false);
  });

  test("is a search that doesn't say whether it was whole, and a list that isn't there", () => {
    expect(AlertSearch.safeParse({ hits: { hits: [] } }).success).toBe(false);
    expect(AlertSearch.safeParse({ ...searched(), hits: {} }).success).toBe(false);
    expect(CasePage.safeParse({}).success).toBe(false);
  });
});
