/** Declares the two tools that cut a device off the network and let it back. */
import * as z from "zod";
import { type ChangeSpec, changeSpec } from "../../toolkit/change.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import type { ToolAnnotations } from "../../toolkit/tool.ts";
import { AnyContainment, type Containment, DeviceId } from "./device.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

const Device = z.strictObject({ device_id: DeviceId.describe("From search_devices") });

/** What both tools answer: the device, and what its containment has become or is becoming. */
const Contained = z.strictObject({
  device_id: DeviceId,
  hostname: reportedText().nullable(),
  containment: AnyContainment,
});

/** Both cut into what people are doing, and repeating either changes nothing more. */
const annotations: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
};

type Words = Pick<ChangeSpec, "name" | "title" | "description" | "countermeasure" | "reversed_by">;

/**
 * @param network what it sets the device's network to
 * @param accepted what the vendor has taken on to bring about: the sensor does it when it is online
 */
function containment(words: Words, network: "isolated" | "normal", accepted: Containment) {
  return changeSpec({
    ...words,
    annotations,
    capability: "devices",
    scope: "devices:contain",
    window_ms: WINDOW_MS,
    input: Device,
    output: Contained,
    target: ({ device_id }) => ({ kind: "device", id: device_id }),
    sets: () => ({ network }),
    pending: { is: (data) => data.containment === accepted, read: "get_device" },
  });
}

export const containDevice = containment(
  {
    name: "contain_device",
    title: "Contain a device",
    description:
      "Cuts a device off the network; only its sensor stays connected. May need approval. Next: get_device until it is contained; offline devices stay pending. Undo: release_device.",
    countermeasure: "isolate",
    reversed_by: "release_device",
  },
  "isolated",
  "pending",
);

export const releaseDevice = containment(
  {
    name: "release_device",
    title: "Release a device",
    description:
      "Lets a contained device back on the network. May need approval. Next: get_device until it is normal. Undo: contain_device.",
    countermeasure: "restore",
    reversed_by: "contain_device",
  },
  "normal",
  "lifting",
);
