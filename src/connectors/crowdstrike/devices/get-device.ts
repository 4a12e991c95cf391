/** How Falcon answers for one device. */
import { getDevice } from "../../../capabilities/devices/get-device.ts";
import { serve } from "../../../toolkit/connector.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { describeDevices } from "./devices.ts";

export const crowdstrikeGetsDevice = serve(getDevice, {
  credentials: [crowdstrikeCredentials.read],
  async read({ device_id }, _page, { upstream }) {
    const [device] = (await describeDevices(upstream(crowdstrikeCredentials.read), [device_id])).records;
    return device === undefined ? { absent: { kind: "device", id: device_id } } : { data: device };
  },
});
