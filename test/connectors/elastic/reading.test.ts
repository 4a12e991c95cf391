/** What alerts and cases leave out, and what they say in words of their own. */
import { describe, expect, test } from "vitest";
import { changeAt, readTool } from "../../support/deployed.ts";
import { readRecorded, withoutEach } from "../../support/records.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { HIT, searched } from "./alert-hits.ts";

const searchAlerts = readTool("search_alerts");
const openCase = changeAt("open_case");
const updateAlert = changeAt("update_alert");

const OTHER = { ...HIT, _id: "AZx9e-CQXgB_P2G4XWLr", sort: [HIT.sort[0], "other"] };
const search = async (page: object, args: object = {}) =>
  (await readRecorded(searchAlerts, { SearchAlerts: page }, { args })).answer as unknown as {
    data: { alerts: object[] };
    coverage: { next_cursor: string | null };
  };

describe("a page of alerts", () => {
  test.each(withoutEach(HIT, ["_id", "sort"]))("comes through with %s", async (_, lacking) => {
    expect(await search(searched(lacking, OTHER))).toMatchObject({
      data: { alerts: [{ alert_id: `elastic:${HIT._id}` }, { alert_id: `elastic:${OTHER._id}` }] },
      coverage: { complete: true, unreadable: 0 },
    });
  });

  test("leaves out one that can't be read, and counts it", async () => {
    const broken = { ...HIT, fields: { ...HIT.fields, "host.name": [7] } };
    expect(await search(searched(broken, OTHER))).toMatchObject({
      data: { alerts: [{ alert_id: `elastic:${OTHER._id}` }] },
      coverage: { complete: false, unreadable: 1 },
    });
  });

  test("goes on behind what was shown, though one that can't be read stands between", async () => {
    const broken = { ...HIT, fields: { "host.name": [7] } };
    const { data, coverage } = await search(searched(broken, OTHER), { limit: 1 });
    expect(data.alerts).toMatchObject([{ alert_id: `elastic:${OTHER._id}` }]);
    expect(coverage.next_cursor).not.toBeNull();
  });

  test("takes a value alone for a list of one", async () => {
    const fields = { ...HIT.fields, "kibana.alert.severity": "critical", "host.ip": "10.20.0.11" };
    expect(await search(searched({ ...HIT, fields }))).toMatchObject({
      data: { alerts: [{ severity: "Critical", device: { ip: "10.20.0.11" } }] },
    });
  });

  test("says in the vendor's words what we have none for", async () => {
    const fields = { "kibana.alert.severity": ["grave"], "kibana.alert.workflow_status": ["muted"] };
    expect(await search(searched({ ...HIT, fields }))).toMatchObject({
      data: {
        alerts: [{ severity: "Other", vendor_severity: "grave", status: "unknown", vendor_status: "muted" }],
      },
    });
  });

  test("tells how many there are on its first page only: later ones count what is left", async () => {
    const hits = { hits: [HIT, OTHER], total: { value: 7, relation: "eq" } };
    const page = { ...searched(), hits };
    const first = await search(page, { limit: 1 });
    expect(first).toMatchObject({ coverage: { sources: [{ total: 7 }] } });
    const cursor = first.coverage.next_cursor;
    const later = { ...page, hits: { ...hits, hits: [OTHER, HIT] } };
    const next = await search(later, { limit: 1, cursor });
    expect((next.coverage as unknown as { sources: object[] }).sources[0]).not.toHaveProperty("total");
    // The same page again would have no end.
    await expect(search(page, { limit: 1, cursor })).rejects.toMatchObject({
      code: "upstream_contract_changed",
    });
  });

  test("of too many nameless ones of one moment says that it can't go on", async () => {
    const hits = Array.from({ length: 41 }, (_, at) => ({
      ...HIT,
      _id: `${at}`.padStart(64, "a"),
      sort: [HIT.sort[0], null],
    }));
    expect(await search(searched(...hits), { limit: 40 })).toMatchObject({
      coverage: { complete: false, next_cursor: null, sources: [{ error: { code: "too_large" } }] },
    });
  });
});

describe("a case is looked for by its tag", () => {
  const known = { id: "66b9", tags: ["sallyport", "op_1"] };
  const input = { title: "Lateral movement", description: "x", severity: "low" };
  const look = (...cases: object[]) =>
    openCase.inspect(input, new RecordedRequests({ findCasesDefaultSpace: { cases } }), {} as Env, "op_1");

  test("and found beside others", async () => {
    expect(await look({ id: "1", tags: ["op_2"] }, known)).toMatchObject({
      data: { case_id: "elastic:66b9" },
    });
  });

  test.each([
    ["none at all", { id: "1" }],
    ["another", { id: "1", tags: ["op_2"] }],
  ])("and isn't absent where a case with %s comes instead", async (_, other) => {
    await expect(look(other)).rejects.toMatchObject({ code: "upstream_contract_changed" });
  });

  test("and isn't absent where one of the cases can't be read", async () => {
    await expect(look({ id: 1, tags: ["op_1"] }, { id: "2", tags: [] })).rejects.toMatchObject({
      code: "upstream_contract_changed",
    });
  });
});

test("an alert whose status is no word that we know shows nothing of what became of a change", async () => {
  const inspect = (status: string[] | undefined) => {
    const hit = { ...HIT, fields: { ...HIT.fields, "kibana.alert.workflow_status": status } };
    const upstream = new RecordedRequests({ SearchAlerts: searched(hit) });
    return updateAlert.inspect({ alert_id: HIT._id, status: "closed" }, upstream, {} as Env, "op_1");
  };
  for (const status of [["muted"], undefined]) {
    expect(await inspect(status)).toMatchObject({ in_effect: false, unsure: true });
  }
  expect(await inspect(["open"])).not.toHaveProperty("unsure");
  expect(await inspect(["closed"])).toMatchObject({ in_effect: true });
});
