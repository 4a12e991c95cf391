/** How Falcon contains a device, and lifts that. */
import { containDevice, releaseDevice } from "../../../capabilities/devices/contain-device.ts";
import type { Containment } from "../../../capabilities/devices/device.ts";
import { type Served, serve } from "../../../toolkit/connector.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { ABOUT_CONTAINMENT, CONTAINMENT_OPERATION, concludeAction } from "./containment-answer.ts";
import { describeDevices } from "./devices.ts";

const DEADLINE_MS = 10_000;

/** An action of PerformActionV2 and what it leads to. */
interface Action {
  readonly action_name: "contain" | "lift_containment";
  /** What the vendor has taken on to bring about. */
  readonly accepted: Containment;
  /** The states in which there is nothing left to ask for. */
  readonly in_effect: readonly Containment[];
}

function performs(spec: typeof containDevice, { action_name, accepted, in_effect }: Action): Served {
  return serve(spec, {
    credential: crowdstrikeCredentials.contain,
    read_credential: crowdstrikeCredentials.read,
    class: "probe",
    repeat: "same",
    deadline_ms: DEADLINE_MS,
    landing_ms: ({ CROWDSTRIKE_SETTLE_MS }) => CROWDSTRIKE_SETTLE_MS,
    async inspect({ device_id }, { upstream, settings }) {
      const [device] = (await describeDevices(upstream, [device_id])).records;
      if (device === undefined) return { exists: false };
      const { hostname, containment } = device;
      const criticality =
        device.criticality === "unknown" ? settings.CROWDSTRIKE_UNASSIGNED_CRITICALITY : device.criticality;
      const seen = {
        exists: true,
        attributes: { criticality },
        data: { device_id, hostname, containment },
      } as const;
      if (containment === "unknown") return { ...seen, in_effect: false, unsure: true };
      return { ...seen, in_effect: in_effect.includes(containment) };
    },
    request: ({ device_id }) => ({
      operation: CONTAINMENT_OPERATION,
      method: "POST",
      path: "/devices/entities/devices-actions/v2",
      query: { action_name },
      json: { ids: [device_id] },
      about: ABOUT_CONTAINMENT,
    }),
    conclude: (answer, { input: { device_id }, before }) =>
      concludeAction(answer, device_id, {
        device_id,
        hostname: before?.hostname ?? null,
        containment: accepted,
      }),
  });
}

export const crowdstrikeContains = performs(containDevice, {
  action_name: "contain",
  accepted: "pending",
  in_effect: ["pending", "contained"],
});

export const crowdstrikeReleases = performs(releaseDevice, {
  action_name: "lift_containment",
  accepted: "lifting",
  in_effect: ["lifting", "normal"],
});
