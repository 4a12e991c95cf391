import { beforeAll, describe, expect, it } from "vitest";
import { detectionFilter } from "../../src/connectors/crowdstrike/detections/detection-filter.ts";
import { describeAlerts, listAlertIds } from "../../src/connectors/crowdstrike/detections/detections.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { fault, lab } from "../lab/support/estate.ts";
import { Falcon } from "../lab/support/falcon.ts";
import { changeAt } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const updateDetection = changeAt("update_detection");

/** Real alerts have these, and the document leaves room for them. */
const UNDOCUMENTED = ["computer_name", "source_hosts", "source_ips"];

const noAlert = `${"0".repeat(32)}:ind:${"0".repeat(32)}:1-2-3`;

describe.skipIf(!folder)(`Falcon's alerts, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    // The document requires nearly every field of an alert. Real ones leave most of them out.
    document = new VendorDocument("crowdstrike.json", {
      "detects.Alert": ["composite_id", "created_timestamp"],
    });
  });

  it("are found as documented", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "alerts-read");
    for (const query of [
      { filter: "status:'new'", limit: "5" },
      { offset: "9999" },
      { filter: "nonsense" },
    ]) {
      document.expectDocumented("GetQueriesAlertsV2", await read.findAlerts(query as Record<string, string>));
    }
    const other = await Falcon.signedIn(world, "read");
    document.expectDocumented("GetQueriesAlertsV2", await other.findAlerts());
  });

  it("are described as documented, each of them, with no property that the document hasn't", async () => {
    const falcon = await Falcon.signedIn(await lab(), "alerts-read");
    const ids = (await falcon.findAlerts()).body.resources;
    const answer = await falcon.describeAlerts(...ids);
    document.expectDocumented("PostEntitiesAlertsV2", answer);
    const known = new Set([...document.propertiesOf("detects.Alert"), ...UNDOCUMENTED]);
    const knownOfDevice = new Set([...document.propertiesOf("DetectsAlertDevice"), "service_provider"]);
    for (const alert of answer.body.resources) {
      expect(Object.keys(alert).filter((name) => !known.has(name))).toEqual([]);
      expect(Object.keys(alert.device ?? {}).filter((name) => !knownOfDevice.has(name))).toEqual([]);
    }
    document.expectDocumented("PostEntitiesAlertsV2", await falcon.describeAlerts(noAlert));
    document.expectDocumented("PostEntitiesAlertsV2", await falcon.describeAlerts());
  });

  it("are changed as documented, success, refusal and failure alike", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "alerts-read");
    const write = await Falcon.signedIn(world, "alerts-write");
    const [id] = (await read.findAlerts()).body.resources;
    const close = { update_status: "closed" };
    const answers = [
      await write.changeAlert(id, { ...close, append_comment: "Done", add_tag: "x" }),
      await write.changeAlert(noAlert, close),
      await write.changeAlert(id, { update_status: "done" }),
      await read.changeAlert(id, close),
    ];
    await fault(world, { mode: "rate_limit", times: 1 });
    answers.push(await write.changeAlert(id, close));
    await fault(world, { mode: "partial", times: 1 });
    answers.push(await write.changeAlert(id, close));
    await fault(world, { mode: "error_after_effect", times: 1 });
    answers.push(await write.changeAlert(id, close));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 403, 429, 200, 500]);
    for (const answer of answers) document.expectDocumented("PatchEntitiesAlertsV3", answer);
  });

  it("break the document when a fault has them drift", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "alerts-read");
    const [id] = (await falcon.findAlerts()).body.resources;
    await fault(world, { mode: "drift" });
    const answer = await falcon.describeAlerts(id);
    expect(() => document.expectDocumented("PostEntitiesAlertsV2", answer)).toThrow();
  });

  it("are asked for and changed by requests that the document knows", async () => {
    const upstream = new RecordedRequests({
      GetQueriesAlertsV2: {
        resources: [noAlert],
        meta: { pagination: { offset: 0, limit: 25, total: 51 } },
      },
      PostEntitiesAlertsV2: { resources: [] },
    });
    const device_id = "0".repeat(32);
    const filter = detectionFilter({ severity: ["high"], status: ["new"], device_id });
    await listAlertIds(upstream, { filter, text: "lsass", offset: 0, limit: 25 });
    await listAlertIds(upstream, { filter: null, offset: 50, limit: 25 });
    await describeAlerts(upstream, [noAlert]);
    expect(upstream.asked).toHaveLength(3);
    for (const comment of [{}, { comment: "Looked at it." }]) {
      const input = updateDetection.input.parse({ detection_id: noAlert, status: "closed", ...comment });
      upstream.asked.push(updateDetection.request(input, "op_1", {} as Env));
    }
    for (const request of upstream.asked) document.expectRequest(request);
  });
});
