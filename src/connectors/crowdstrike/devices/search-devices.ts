/** How Falcon answers a search for devices. */
import * as z from "zod";
import { searchDevices } from "../../../capabilities/devices/search-devices.ts";
import { serve } from "../../../toolkit/connector.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { pageReport } from "../page-report.ts";
import { deviceSearch } from "./device-filter.ts";
import { describeDevices, listDeviceIds, unansweredIds } from "./devices.ts";

export const crowdstrikeSearchesDevices = serve(searchDevices, {
  credentials: [crowdstrikeCredentials.read],
  position: z.int().min(0),
  async read(asked, { from, limit }, { upstream: through }) {
    const upstream = through(crowdstrikeCredentials.read);
    const { filter, meaning } = deviceSearch(asked);
    const about = asked.query === undefined ? [] : ["query"];
    const page = await listDeviceIds(upstream, { filter, offset: from ?? 0, limit, about });
    const described = await describeDevices(upstream, page.records);
    const error = unansweredIds(page.records, described);
    // A group is only known by its members: nobody in it, and no such group, look the same.
    const unnamed = asked.group !== undefined && page.total === 0;
    return {
      data: { devices: [...described.records] },
      next: page.next_offset,
      ...pageReport(page, described, error, unnamed ? null : undefined),
      ...(meaning === null
        ? {}
        : { searched: { query: { text: asked.query ?? "", properties: meaning.properties } } }),
    };
  },
});
