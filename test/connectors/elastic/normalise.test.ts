import { describe, expect, test } from "vitest";
import { foundIn } from "../../../src/connectors/elastic/alerts.ts";
import { Alert, alertOf } from "../../../src/connectors/elastic/normalise.ts";
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
      device: { hostname: "BOS-DC-01", ip: "10.20.0.11" },
      user: { name: "mallory" },
    });
    expect(Alert.safeParse(alert).success).toBe(true);
  });

  test("that is in progress, as it was called once, is acknowledged", () => {
    expect(normalised({ "kibana.alert.workflow_status": ["in-progress"] }).status).toBe("acknowledged");
  });

  test("of an event without host and user has neither", () => {
    const nobody = { "host.name": undefined, "host.ip": undefined, "user.name": undefined };
    expect(normalised(nobody)).toMatchObject({ device: null, user: null });
  });

  test("cannot dress up a name with what can't be seen", () => {
    expect(normalised({ "user.name": ["adm\u202ein\n"] }).user).toEqual({ name: "adm⟦U+202E⟧in" });
  });
});

describe("a search", () => {
  const found = (more: object, ...hits: unknown[]) =>
    foundIn(AlertSearch.parse({ ...searched(...hits), ...more }));

  test("that was whole lacks nothing, found or not", () => {
    expect(found({}, HIT)).toMatchObject({ hits: [{ _id: HIT._id }], lacking: null });
    expect(found({})).toEqual({ hits: [], lacking: null });
  });

  test.each([{ timed_out: true }, { _shards: { total: 2, failed: 1 } }])(
    "of only a part (%j) says so, and isn't nothing",
    (part) => {
      expect(found(part, HIT)).toMatchObject({ hits: [{}], lacking: { code: "upstream_unavailable" } });
      expect(() => found(part)).toThrow(expect.objectContaining({ code: "upstream_unavailable" }));
    },
  );

  test("of no index is a credential that may not read it, and isn't nothing", () => {
    expect(() => found({ _shards: { total: 0, failed: 0 } })).toThrow(
      expect.objectContaining({ code: "credential_rejected" }),
    );
  });
});

describe("what we rely on and don't get is a changed contract", () => {
  test.each([
    ["kibana.alert.workflow_status", ["new"]],
    ["kibana.alert.workflow_status", "open"],
    ["kibana.alert.workflow_status", undefined],
    ["kibana.alert.severity", [73]],
    ["kibana.alert.rule.name", []],
    ["kibana.alert.risk_score", ["91"]],
    ["@timestamp", ["yesterday"]],
    ["host.name", [{ name: "x" }]],
  ])("%s: %j", (field, value) => {
    const other = { ...HIT, fields: { ...HIT.fields, [field]: value } };
    const [issue] = AlertSearch.safeParse(searched(HIT, other)).error?.issues ?? [];
    expect(issue?.path.join(".")).toBe(`hits.hits.1.fields.${field}`);
  });

  test.each([
    ["_id", undefined],
    ["_id", "../status"],
    ["sort", undefined],
    ["sort", ["2026-11-22", HIT._id]],
  ])("%s: %j", (field, value) => {
    expect(AlertSearch.safeParse(searched({ ...HIT, [field]: value })).success).toBe(false);
  });

  test("a search that doesn't say whether it was whole, and a list that isn't there", () => {
    expect(AlertSearch.safeParse({ hits: { hits: [] } }).success).toBe(false);
    expect(AlertSearch.safeParse({ ...searched(), hits: {} }).success).toBe(false);
    expect(CasePage.safeParse({}).success).toBe(false);
  });
});
