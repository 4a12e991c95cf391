import { describe, expect, test } from "vitest";
import {
  describeAlerts,
  listAlertIds,
} from "../../../../src/connectors/crowdstrike/detections/detections.ts";
import { RecordedRequests } from "../../recorded-requests.ts";
import { ALERT } from "../alerts.ts";

const page = (ids: readonly string[], total = ids.length) => ({
  resources: ids,
  meta: { pagination: { offset: 0, limit: 500, total } },
});
const alert = (composite_id: string, changes: object = {}) => ({ ...ALERT, composite_id, ...changes });

describe("describing alerts", () => {
  test("keeps the order in which they were listed", async () => {
    const upstream = new RecordedRequests({ PostEntitiesAlertsV2: { resources: [alert("b"), alert("a")] } });
    const { records } = await describeAlerts(upstream, ["a", "b"]);
    expect(records.map(({ composite_id }) => composite_id)).toEqual(["a", "b"]);
  });

  test("takes no answer about another alert", async () => {
    const upstream = new RecordedRequests({ PostEntitiesAlertsV2: { resources: [alert("a"), alert("b")] } });
    await expect(describeAlerts(upstream, ["a"])).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "resources.1.composite_id" },
    });
  });
});

describe("listing alerts", () => {
  test("goes as far as the vendor lists, and then says that it can't, instead of ending", async () => {
    const upstream = new RecordedRequests({ GetQueriesAlertsV2: page(["a"], 20_000) });
    await listAlertIds(upstream, { filter: null, offset: 9_990, limit: 25 });
    expect(upstream.asked[0]?.query).toMatchObject({ offset: "9990", limit: "10" });
    await expect(listAlertIds(upstream, { filter: null, offset: 10_000, limit: 25 })).rejects.toMatchObject({
      code: "invalid_input",
    });
    expect(upstream.asked).toHaveLength(1);
  });
});
