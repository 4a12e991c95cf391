import { describe, it } from "vitest";
import { deviceSearch } from "../../src/connectors/crowdstrike/devices/device-filter.ts";
import { describeDevices, listDeviceIds } from "../../src/connectors/crowdstrike/devices/devices.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import type { ChangeAt } from "../support/deployed.ts";
import { changeAt } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const containDevice = changeAt("contain_device");
const releaseDevice = changeAt("release_device");

const DEVICE = "0123456789abcdef".repeat(2);
const ENV = { CROWDSTRIKE_UNASSIGNED_CRITICALITY: "high" } as Env;

describe.skipIf(!folder)(`what we ask of Falcon's hosts, held against the vendor's document${why}`, () => {
  it("is by requests that the document knows: searches, descriptions, containment and its end", async () => {
    const document = new VendorDocument("crowdstrike.json");
    const through = new RecordedRequests({
      QueryDevicesByFilter: { resources: [DEVICE], meta: { pagination: { offset: 1, total: 26 } } },
      PostDeviceDetailsV2: { resources: [] },
    });
    await listDeviceIds(through, { filter: null, offset: 0, limit: 25 });
    for (const filter of [{ query: "web" }, { containment: "contained" }, { criticality: "high" }] as const) {
      await listDeviceIds(through, { filter: deviceSearch(filter).filter, offset: 25, limit: 100 });
    }
    await describeDevices(through, [DEVICE]);
    const change = (tool: ChangeAt) => tool.request({ device_id: DEVICE }, "op_1", ENV);
    for (const request of [...through.asked, change(containDevice), change(releaseDevice)]) {
      document.expectRequest(request);
    }
  });
});
