import { describe, expect, test } from "vitest";
import { changeAt } from "../../../support/deployed.ts";
import { RecordedRequests } from "../../recorded-requests.ts";
import { ALERT } from "../alerts.ts";

const updateDetection = changeAt("update_detection");

const OPERATION = "op_01890a5d-ac96-774b-bcce-b302099a8057_AAAAAAAAAAAAAAAA";
const TAG = `sallyport:${OPERATION}`;
const env = {} as Env;
const detection_id = ALERT.composite_id;

function inspect(input: { status: string; comment?: string }, alert: object) {
  const upstream = new RecordedRequests({ PostEntitiesAlertsV2: { resources: [{ ...ALERT, ...alert }] } });
  return updateDetection.inspect({ detection_id, ...input }, upstream, env, OPERATION);
}

const actionsOf = (input: object) => {
  const { json } = updateDetection.request({ detection_id, status: "closed", ...input }, OPERATION, env);
  return json?.action_parameters;
};

describe("an update without a comment", () => {
  test("is in effect where the status is as wanted, and only there", async () => {
    expect(await inspect({ status: "closed" }, { status: "closed" })).toMatchObject({ in_effect: true });
    expect(await inspect({ status: "closed" }, { status: "new" })).toMatchObject({
      in_effect: false,
      data: { detection_id: `crowdstrike:${detection_id}`, title: "Web shell", status: "new" },
    });
  });

  test("shows nothing where the vendor's word for the status is unknown, or missing", async () => {
    for (const status of ["auto_closed", null]) {
      expect(await inspect({ status: "closed" }, { status })).toMatchObject({
        in_effect: false,
        unsure: true,
        data: { status: "unknown" },
      });
    }
  });

  test("leaves no tag", () => {
    expect(actionsOf({})).toEqual([{ name: "update_status", value: "closed" }]);
  });
});

describe("an update with a comment", () => {
  const closed = { status: "closed", comment: "Benign: a test." };

  test("marks the detection with its operation, in the same request", () => {
    expect(actionsOf(closed)).toEqual([
      { name: "update_status", value: "closed" },
      { name: "append_comment", value: "Benign: a test." },
      { name: "add_tag", value: TAG },
    ]);
  });

  test("isn't in effect because the status happens to be so: nobody has said the words", async () => {
    for (const tags of [[], ["sallyport:op_another"], null]) {
      expect(await inspect(closed, { status: "closed", tags })).toMatchObject({ in_effect: false });
    }
  });

  test("is in effect where its mark is", async () => {
    expect(await inspect(closed, { status: "closed", tags: ["other", TAG] })).toMatchObject({
      in_effect: true,
    });
  });

  test("has landed, and must not be sent again, where its mark is and the status has changed since", async () => {
    expect(await inspect(closed, { status: "reopened", tags: [TAG] })).toMatchObject({
      in_effect: false,
      landed: true,
    });
  });

  test("has landed where its mark is, whatever the vendor's word for the status", async () => {
    const seen = await inspect(closed, { status: "auto_closed", tags: [TAG] });
    expect(seen).toMatchObject({ landed: true });
    expect(seen).not.toHaveProperty("unsure");
  });

  test("is another action than the same without, or with another comment", () => {
    const said = [{}, { comment: "One." }, { comment: "Two." }].map((comment) =>
      JSON.stringify(updateDetection.says?.({ detection_id, status: "closed", ...comment })),
    );
    expect(new Set(said).size).toBe(3);
    expect(said.join()).not.toContain("One.");
  });

  test("can't be empty", () => {
    const input = { detection_id, status: "closed", comment: "  " };
    expect(updateDetection.input.safeParse(input).success).toBe(false);
  });
});
