import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { describeDevices, lacking, listDeviceIds } from "./devices.ts";
import { DeviceQuery, deviceFilter } from "./fql.ts";
import { CONTAINMENTS, Device } from "./normalise.ts";
import { CRITICALITIES, unassignedCriticality } from "./settings.ts";

const Offset = z.int().min(0);

export const searchDevices = defineRead({
  name: "search_devices",
  title: "Search devices",
  description:
    "Finds devices by name, address, containment or criticality. Next: get_device or contain_device with a device_id.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "devices:read",
  credentials: ["crowdstrike.read"],
  input: z.strictObject({
    query: DeviceQuery.optional().describe(
      "Part of a hostname (* is a wildcard), an IPv4 address or a device_id",
    ),
    containment: z
      .enum(CONTAINMENTS)
      .optional()
      .describe("Whether it is cut off; lifting is on its way back"),
    criticality: z.enum(CRITICALITIES).optional().describe("How much depends on it"),
    limit,
    cursor,
  }),
  output: z.strictObject({ devices: z.array(Device) }),
  async run({ cursor: from, limit: most, ...asked }, { env, now, upstream: through }) {
    const upstream = through("crowdstrike.read");
    const filter = deviceFilter(asked, unassignedCriticality(env));
    const question = `search_devices ${filter}`;
    const offset = from === undefined ? 0 : decodeCursor(from, question, Offset);
    const { ids, next_offset } = await listDeviceIds(upstream, filter, offset, most);
    const devices = await describeDevices(upstream, ids, env);
    const error = lacking(ids, devices);
    const source = {
      source: upstream.source,
      count: devices.length,
      queried_at: new Date(now).toISOString(),
    };
    return {
      outcome: "found",
      data: { devices },
      sources: [error === null ? { ...source, status: "ok" } : { ...source, status: "error", error }],
      next_cursor: next_offset === null ? null : encodeCursor(next_offset, question),
    };
  },
});
