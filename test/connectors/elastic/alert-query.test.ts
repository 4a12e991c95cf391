import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALERT_STATUSES, AlertId } from "../../../src/capabilities/alerts/alert.ts";
import { Named } from "../../../src/capabilities/alerts/search-alerts.ts";
import {
  type AlertFilter,
  alertRequest,
  searchRequest,
} from "../../../src/connectors/elastic/alert-query.ts";
import { KibanaSpace, placeBehind, tooLong } from "../../../src/connectors/elastic/place.ts";
import type { AlertHit } from "../../../src/connectors/elastic/schemas.ts";
import { changeAt } from "../../support/deployed.ts";

const openCase = changeAt("open_case");
const updateAlert = changeAt("update_alert");

/** The keys of an object, in depth: what a query is made of, whatever its values are. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object" || value === null) return "value";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}

describe("a search", () => {
  test("asks for what is used, in an order in which no alert has two places", () => {
    const { json } = searchRequest({}, null, 26);
    expect(json).toMatchObject({
      query: { bool: { filter: [] } },
      size: 26,
      sort: [
        { "@timestamp": { order: "desc" } },
        { "kibana.alert.uuid": { order: "asc", unmapped_type: "keyword" } },
      ],
      _source: false,
      track_total_hits: true,
    });
    expect(json?.fields).toContain("process.command_line");
    expect(json?.fields).not.toContain("message");
  });

  test("for acknowledged alerts finds those that are in progress, as it was called once", () => {
    const filter = searchRequest({ status: "acknowledged" }, null, 1).json?.query;
    expect(JSON.stringify(filter)).toContain('["acknowledged","in-progress"]');
  });
});

describe("no argument can become anything but a value", () => {
  test("whatever is searched for, the query has the same form", () => {
    const form = (severity: string, since: string, unique: string, rule: string) => {
      const place = { time: 1, unique, shown: [] };
      const filter = { severity: [severity], status: "open", rule, since } as const;
      return JSON.stringify(shape(searchRequest(filter, place, 1).json?.query));
    };
    const plain = form("high", "2026-11-22T10:00:00Z", "a", "b");
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (...values) => {
        expect(form(...values)).toBe(plain);
      }),
    );
  });

  test("whatever the alert, one is asked for and one is changed", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...ALERT_STATUSES), (alert_id, status) => {
        expect(alertRequest(alert_id).json).toMatchObject({
          query: { ids: { values: [alert_id] } },
          size: 1,
        });
        const { path, json } = updateAlert.request({ alert_id, status }, "op_1", {} as Env);
        expect(path).toBe("/api/detection_engine/signals/status");
        expect(json).toEqual({ signal_ids: [alert_id], status });
      }),
    );
  });

  test("an alert's id is printable, bounded, and passed back as it came", () => {
    for (const id of ["", "a b", "a\n", "é", "a".repeat(257)]) {
      expect(AlertId.safeParse(id).success, id).toBe(false);
    }
    for (const id of [
      "AZx9e-CQXgB_P2G4XWLr",
      "a".repeat(64),
      "66b9aa00-94fa-11ea-9f74-e7e108796192",
      "a|b:c",
    ]) {
      expect(AlertId.parse(id)).toBe(id);
    }
  });
});

describe("what is sent for each filter", () => {
  const clauses = (filter: AlertFilter) =>
    (searchRequest(filter, null, 1).json as { query: { bool: { filter: object[] } } }).query.bool.filter;
  const term = (field: string, value: string) => ({ term: { [field]: { value, case_insensitive: true } } });
  const prefix = (field: string, value: string) => ({
    prefix: { [field]: { value, case_insensitive: true } },
  });
  const any = (...should: object[]) => [{ bool: { should, minimum_should_match: 1 } }];

  test.each<[AlertFilter, object[]]>([
    [{}, []],
    [{ severity: ["high"] }, [{ terms: { "kibana.alert.severity": ["high"] } }]],
    [{ status: "open" }, [{ terms: { "kibana.alert.workflow_status": ["open"] } }]],
    [{ since: "2026-11-22T10:00:00Z" }, [{ range: { "@timestamp": { gte: "2026-11-22T10:00:00Z" } } }]],
    [{ host: "10.0.0.0/24" }, [{ term: { "host.ip": "10.0.0.0/24" } }]],
    [{ host: "2001:db8::1" }, any({ term: { "host.ip": "2001:db8::1" } }, term("host.name", "2001:db8::1"))],
    [
      { host: "WS-01" },
      any(
        term("host.name", "WS-01"),
        prefix("host.name", "WS-01."),
        term("host.hostname", "WS-01"),
        prefix("host.hostname", "WS-01."),
      ),
    ],
    [
      { host: "ws-01.corp" },
      any(
        term("host.name", "ws-01.corp"),
        term("host.name", "ws-01"),
        prefix("host.name", "ws-01.corp."),
        term("host.hostname", "ws-01.corp"),
        term("host.hostname", "ws-01"),
        prefix("host.hostname", "ws-01.corp."),
      ),
    ],
    [{ user: "ada" }, any(term("user.name", "ada"), term("user.email", "ada"), term("user.id", "ada"))],
    [
      { user: "CORP\\ada" },
      any(
        { bool: { filter: [term("user.name", "ada"), term("user.domain", "CORP")] } },
        term("user.name", "CORP\\ada"),
      ),
    ],
    [{ rule: "SSH" }, any(term("kibana.alert.rule.name", "SSH"), term("kibana.alert.rule.uuid", "SSH"))],
  ])("%j", (filter, sent) => {
    expect(clauses(filter)).toEqual(sent);
  });

  test("a pattern, which no field could be asked for, is refused", () => {
    for (const name of ["WS-*", "WS-0?", "10.0.0.*", " "]) expect(Named.safeParse(name).success).toBe(false);
  });
});

describe("a place", () => {
  const hit = (_id: string, time: number, unique: string | null) =>
    ({ _id, sort: [time, unique] }) as unknown as AlertHit;

  test("behind a named alert is its name", () => {
    expect(placeBehind([hit("a", 2, "A"), hit("b", 1, "B")], null)).toEqual({
      time: 1,
      unique: "B",
      shown: [],
    });
    expect(placeBehind([], null)).toBeNull();
  });

  test("behind nameless ones of a moment names each of them, those of the page before included", () => {
    const first = placeBehind([hit("a", 1, "A"), hit("b", 1, null)], null);
    expect(first).toEqual({ time: 1, unique: null, shown: ["b"] });
    expect(placeBehind([hit("c", 1, null)], first)).toEqual({ time: 1, unique: null, shown: ["b", "c"] });
    expect(placeBehind([hit("d", 0, null)], first)).toEqual({ time: 0, unique: null, shown: ["d"] });
  });

  test("survives a cursor, and too long a one is none", () => {
    for (const place of [
      { time: 1, unique: "A/b", shown: [] },
      { time: 1, unique: null, shown: ["a", "b"] },
    ]) {
      expect(KibanaSpace.parse(JSON.parse(JSON.stringify(place)))).toEqual(place);
    }
    const shown = Array.from({ length: 30 }, () => "a".repeat(64));
    expect(tooLong({ time: 1, unique: null, shown })).toBe(true);
    for (const text of ["", "x a", "1"]) expect(KibanaSpace.safeParse(text).success, text).toBe(false);
  });
});

describe("a case", () => {
  const input = { title: "Lateral movement", description: "Seen *twice*.", severity: "high" };
  const body = (more: object = {}) => openCase.request({ ...input, ...more }, "op_1", {} as Env).json;

  test("carries its operation's id, and closes no alerts when it is closed", () => {
    expect(body()).toMatchObject({
      title: "Lateral movement",
      description: "Seen *twice*.",
      tags: ["sallyport", "op_1"],
      severity: "high",
      owner: "securitySolution",
      settings: { syncAlerts: false },
    });
  });

  test("names the alerts that it is about", () => {
    const ids = ["a".repeat(64), "b".repeat(64)];
    expect(body({ alert_ids: ids })?.description).toBe(
      `Seen *twice*.\n\nAlerts:\n- \`${ids[0]}\`\n- \`${ids[1]}\``,
    );
  });

  test("is called what its title says, and changes no target that is there", () => {
    expect(openCase.creates?.title(input)).toBe("Lateral movement");
    expect(openCase.target).toBeNull();
    expect(openCase.sets(input)).toEqual({});
  });
});
