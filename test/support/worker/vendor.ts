import { vi } from "vitest";
import { bareId } from "../../../src/capabilities/ids.ts";

/** Has the vendor rate a device in another way from now on. Undone by `vi.restoreAllMocks()`. */
export function rateDevice(device_id: string, criticality: "low" | "medium" | "high" | "critical"): void {
  const network = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const answer = await network(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (!answer.ok || !url.includes("/devices/entities/devices/v2")) return answer;
    const { resources, ...envelope } = await answer.json<{ resources: { device_id: string }[] }>();
    const rated = resources.map((device) =>
      device.device_id === bareId(device_id) ? { ...device, criticality } : device,
    );
    return Response.json({ ...envelope, resources: rated }, answer);
  });
}
