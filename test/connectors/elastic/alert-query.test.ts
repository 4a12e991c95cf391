import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alertRequest, searchRequest } from "../../../src/connectors/elastic/alert-query.ts";
import { openCase } from "../../../src/connectors/elastic/open-case.ts";
import { AlertId, STATUSES, UniqueName } from "../../../src/connectors/elastic/schemas.ts";
import { updateAlert } from "../../../src/connectors/elastic/update-alert.ts";

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
      sort: [{ "@timestamp": "desc" }, { "kibana.alert.uuid": "asc" }],
      _source: false,
    });
    expect(JSON.stringify(json)).not.toContain("kibana.alert.reason");
  });

  test("for acknowledged alerts finds those that are in progress, as it was called once", () => {
    const filter = searchRequest({ status: "acknowledged" }, null, 1).json?.query;
    expect(JSON.stringify(filter)).toContain('["acknowledged","in-progress"]');
  });
});

describe("no argument can become anything but a value", () => {
  test("whatever is searched for, the query has the same form", () => {
    const form = (severity: string, since: string, unique: string) =>
      JSON.stringify(
        shape(searchRequest({ severity: [severity], status: "open", since }, [1, unique], 1).json?.query),
      );
    const plain = form("high", "2026-11-22T10:00:00Z", "a");
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (severity, since, unique) => {
        expect(form(severity, since, unique)).toBe(plain);
      }),
    );
  });

  test("whatever the alert, one is asked for and one is changed", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...STATUSES), (alert_id, status) => {
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

  test("an alert's id and a place in the order hold nothing but themselves", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (AlertId.safeParse(text).success) expect(text).toMatch(/^[0-9a-f-]+$/);
        if (UniqueName.safeParse(text).success) expect(text).toMatch(/^[\w-]+$/);
      }),
    );
    for (const id of ["*", "", "80e1383f OR true", "{}", "a".repeat(65)]) {
      expect(AlertId.safeParse(id).success, id).toBe(false);
    }
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
