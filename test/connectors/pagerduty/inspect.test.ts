import { describe, expect, test } from "vitest";
import { changeAt } from "../../support/deployed.ts";
import { withoutEach } from "../../support/records.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const pageOnCall = changeAt("page_on_call");

const input = pageOnCall.input.parse({ title: "Ransomware", urgency: "high" });
const incident = { id: "PT4KHLK", incident_key: "op_1", status: "resolved", urgency: "low" };
const inspect = (...incidents: object[]) =>
  pageOnCall.inspect(input, new RecordedRequests({ listIncidents: { incidents } }), {} as Env, "op_1");

describe("a page", () => {
  test("is the incident under its key, whatever has become of it", async () => {
    for (const status of ["triggered", "resolved", "snoozed"]) {
      expect(await inspect({ ...incident, status })).toEqual({
        exists: true,
        state: status,
        attributes: {},
        in_effect: true,
        data: { incident_id: "pagerduty:PT4KHLK", title: "Ransomware", urgency: "low", status },
      });
    }
  });

  test.each(withoutEach(incident, ["id", "incident_key"]))("is that, too, with %s", async (_, lacking) => {
    expect(await inspect(lacking)).toMatchObject({
      in_effect: true,
      data: { incident_id: "pagerduty:PT4KHLK" },
    });
  });

  test("may have an urgency and a status of the vendor's own", async () => {
    const data = { urgency: null, status: "unknown" };
    expect(await inspect({ ...incident, urgency: "severe", status: null })).toMatchObject({ data });
  });

  test("isn't taken for absent where its incident can't be read", async () => {
    await expect(inspect({ ...incident, id: 7 })).rejects.toMatchObject({
      issues: [{ path: ["incidents", 0, "id"] }],
    });
  });

  test("has yet to be sent where there is none", async () => {
    expect(await inspect()).toEqual({ exists: true, attributes: {}, in_effect: false, data: null });
  });

  test("isn't somebody else's incident, should the key ever be ignored", async () => {
    for (const incident_key of ["op_2", undefined, null]) {
      await expect(inspect({ ...incident, incident_key })).rejects.toMatchObject({
        code: "upstream_contract_changed",
        detail: { contract_path: "incidents.0.incident_key" },
      });
    }
  });
});
