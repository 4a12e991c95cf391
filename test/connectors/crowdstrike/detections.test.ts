import { describe, expect, test } from "vitest";
import {
  describeAlerts,
  listAlertIds,
  unassignedDetections,
} from "../../../src/connectors/crowdstrike/detections.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { ALERT } from "./alerts.ts";

const page = (ids: readonly string[], total = ids.length) => ({
  resources: ids,
  meta: { pagination: { offset: 0, limit: 500, total } },
});
const alert = (composite_id: string, changes: object = {}) => ({ ...ALERT, composite_id, ...changes });

describe("describing alerts", () => {
  test("keeps the order in which they were listed", async () => {
    const upstream = new RecordedRequests({ PostEntitiesAlertsV2: { resources: [alert("b"), alert("a")] } });
    const found = await describeAlerts(upstream, ["a", "b"]);
    expect(found.map(({ composite_id }) => composite_id)).toEqual(["a", "b"]);
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
    await listAlertIds(upstream, null, 9_990, 25);
    expect(upstream.asked[0]?.query).toMatchObject({ offset: "9990", limit: "10" });
    await expect(listAlertIds(upstream, null, 10_000, 25)).rejects.toMatchObject({ code: "invalid_input" });
    expect(upstream.asked).toHaveLength(1);
  });
});

describe("unassigned detections", () => {
  const before = Date.parse("2026-11-15T00:00:00Z");

  test("are those that name nobody, of those that are open", async () => {
    const upstream = new RecordedRequests({
      GetQueriesAlertsV2: page(["a", "b", "c"]),
      PostEntitiesAlertsV2: {
        resources: [
          alert("a"),
          alert("b", { assigned_to_name: "Rosa Ferreira" }),
          alert("c", { assigned_to_uid: "rosa@acme.test" }),
        ],
      },
    });
    const { detections, error, more } = await unassignedDetections(upstream, ["high", "critical"], before);
    expect(detections.map(({ detection_id }) => detection_id)).toEqual(["a"]);
    expect([error, more]).toEqual([null, false]);
    expect(upstream.asked[0]?.query?.filter).toBe(
      "(severity_name:'High',severity_name:'Critical')+status:!'closed'+created_timestamp:<'2026-11-15T00:00:00.000Z'",
    );
  });

  test("say so where some could not be described, or there are too many", async () => {
    const upstream = new RecordedRequests({
      GetQueriesAlertsV2: page(["a", "b"], 5_000),
      PostEntitiesAlertsV2: { resources: [alert("a")] },
    });
    const { error, more } = await unassignedDetections(upstream, ["high"], before);
    expect(error).toMatchObject({ code: "upstream_unavailable" });
    expect(more).toBe(true);
    expect(upstream.asked.filter(({ operation }) => operation === "GetQueriesAlertsV2")).toHaveLength(4);
  });
});
