import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { since } from "../../toolkit/since.ts";
import { defineRead } from "../../toolkit/tool.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { deviceSearch, Group, OS_NAMES } from "./device-filter.ts";
import { DeviceQuery } from "./device-query.ts";
import { describeDevices, lacking, listDeviceIds } from "./devices.ts";
import { AnyCriticality, CONTAINMENTS, Device } from "./normalise.ts";
import { pageReport } from "./page-report.ts";

const Offset = z.int().min(0);

export const searchDevices = defineRead({
  name: "search_devices",
  title: "Search devices",
  description:
    "Finds devices by name, address, containment or criticality. Next: get_device or contain_device with a device_id.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "devices:read",
  credentials: [crowdstrikeCredentials.read],
  input: z.strictObject({
    query: DeviceQuery.optional().describe(
      "Part of a host name (* is a wildcard), IP, 10.0.0.*, 10.0.0.0/24, MAC, serial number or device_id",
    ),
    os: z.enum(OS_NAMES).optional().describe("Operating system"),
    group: Group.optional().describe("A grouping tag, or a host group's id"),
    containment: z
      .enum(CONTAINMENTS)
      .optional()
      .describe("Whether it is cut off; lifting is on its way back"),
    criticality: AnyCriticality.optional().describe("How much depends on it"),
    last_seen_before: since.describe("ISO 8601: its sensor was not heard from then on"),
    limit,
    cursor,
  }),
  output: z.strictObject({ devices: z.array(Device) }),
  async run({ cursor: from, limit: most, ...asked }, { now, upstream: through }) {
    const upstream = through(crowdstrikeCredentials.read);
    const { filter, meaning } = deviceSearch(asked);
    const question = `search_devices ${filter}`;
    const offset = from === undefined ? 0 : decodeCursor(from, question, Offset);
    const about = asked.query === undefined ? [] : ["query"];
    const page = await listDeviceIds(upstream, { filter, offset, limit: most, about });
    const described = await describeDevices(upstream, page.records);
    const error = lacking(page.records, described);
    // A group is only known by its members: nobody in it, and no such group, look the same.
    const unnamed = asked.group !== undefined && page.total === 0;
    return {
      outcome: "found",
      data: { devices: [...described.records] },
      sources: [pageReport(upstream.source, now, page, described, error, unnamed ? null : undefined)],
      next_cursor: page.next_offset === null ? null : encodeCursor(page.next_offset, question),
      ...(meaning === null
        ? {}
        : { searched: { query: { text: asked.query ?? "", properties: meaning.properties } } }),
    };
  },
});
