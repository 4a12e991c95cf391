import * as z from "zod";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { type ChangeTool, defineChange, type ToolAnnotations } from "../../toolkit/tool.ts";
import { ABOUT, concludeAction, OPERATION } from "./containment-answer.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { describeDevices } from "./devices.ts";
import { AnyContainment, type Containment } from "./normalise.ts";
import { DeviceId } from "./schemas.ts";
import { settleMs, unratedCriticality } from "./settings.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

/** What both tools answer: the device, and what its containment has become or is becoming. */
const Contained = z.strictObject({
  device_id: DeviceId,
  hostname: reportedText().nullable(),
  containment: AnyContainment,
});

/** An action of PerformActionV2 and what it leads to. */
interface Action {
  readonly action_name: "contain" | "lift_containment";
  /** What it sets the device's network to. */
  readonly network: "isolated" | "normal";
  /** What the vendor has taken on to bring about: the sensor does it when it is online. */
  readonly accepted: Containment;
  /** The states in which there is nothing left to ask for. */
  readonly in_effect: readonly Containment[];
}

/** Both cut into what people are doing, and repeating either changes nothing more. */
const annotations: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
};

type Words = Pick<ChangeTool, "name" | "title" | "description" | "countermeasure"> & {
  readonly reversed_by: string;
};

function containmentTool(words: Words, { action_name, network, accepted, in_effect }: Action): ChangeTool {
  const { reversed_by, ...naming } = words;
  return defineChange({
    ...naming,
    annotations,
    scope: "devices:contain",
    credential: crowdstrikeCredentials.contain,
    read_credential: crowdstrikeCredentials.read,
    effect: {
      class: "probe",
      repeat: "same",
      window_ms: WINDOW_MS,
      deadline_ms: DEADLINE_MS,
      landing_ms: settleMs,
      reversed_by,
    },
    input: z.strictObject({ device_id: DeviceId.describe("From search_devices") }),
    output: Contained,
    target: ({ device_id }) => ({ kind: "device", id: device_id }),
    sets: () => ({ network }),
    pending: { is: ({ containment }) => containment === accepted, read: "get_device" },
    async inspect({ device_id }, upstream, env) {
      const [device] = (await describeDevices(upstream, [device_id])).records;
      if (device === undefined) return { exists: false };
      const { hostname, containment } = device;
      const criticality = device.criticality === "unknown" ? unratedCriticality(env) : device.criticality;
      const seen = {
        exists: true,
        attributes: { criticality },
        data: { device_id, hostname, containment },
      } as const;
      if (containment === "unknown") return { ...seen, in_effect: false, unsure: true };
      return { ...seen, in_effect: in_effect.includes(containment) };
    },
    request: ({ device_id }) => ({
      operation: OPERATION,
      method: "POST",
      path: "/devices/entities/devices-actions/v2",
      query: { action_name },
      json: { ids: [device_id] },
      about: ABOUT,
    }),
    conclude: (answer, { input: { device_id }, before }) =>
      concludeAction(answer, device_id, {
        device_id,
        hostname: before?.hostname ?? null,
        containment: accepted,
      }),
  });
}

export const containDevice = containmentTool(
  {
    name: "contain_device",
    title: "Contain a device",
    description:
      "Cuts a device off the network; only its sensor stays connected. May need approval. Next: get_device until it is contained; offline devices stay pending. Undo: release_device.",
    countermeasure: "isolate",
    reversed_by: "release_device",
  },
  {
    action_name: "contain",
    network: "isolated",
    accepted: "pending",
    in_effect: ["pending", "contained"],
  },
);

export const releaseDevice = containmentTool(
  {
    name: "release_device",
    title: "Release a device",
    description:
      "Lets a contained device back on the network. May need approval. Next: get_device until it is normal. Undo: contain_device.",
    countermeasure: "restore",
    reversed_by: "contain_device",
  },
  {
    action_name: "lift_containment",
    network: "normal",
    accepted: "lifting",
    in_effect: ["lifting", "normal"],
  },
);
