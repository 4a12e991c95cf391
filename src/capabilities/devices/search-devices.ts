/** Declares the tool that finds devices by name, address, containment or criticality. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { since } from "../../toolkit/since.ts";
import { AnyCriticality, CONTAINMENTS, Device } from "./device.ts";

/** What a search may look for: one line, nothing that can't be seen. */
export const DeviceQuery = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .refine((text) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(text), "must be one line of visible characters");

/** A group's id, or a tag. Nothing in it can end a quotation. */
const Group = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^[^\p{C}'\\*?]+$/u, "must be a group's id or a tag, without quotes and wildcards");

/** What `os` may be. */
export const OS_NAMES = ["windows", "macos", "linux", "android", "ios", "chromeos"] as const;
export type Os = (typeof OS_NAMES)[number];

export const searchDevices = readSpec({
  name: "search_devices",
  title: "Search devices",
  description:
    "Finds devices by name, address, containment or criticality. Next: get_device or contain_device with a device_id.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "devices",
  scope: "devices:read",
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
  join: (parts) => ({ devices: parts.flatMap(({ devices }) => devices) }),
});
