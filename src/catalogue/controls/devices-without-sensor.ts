/** Fails where a device's sensor hasn't been seen for 30 days. */
import { defineControl } from "./control.ts";
import { daysSince } from "./days.ts";
import { devices } from "./reads/devices.ts";

const DAYS = 30;

export const devicesWithoutSensor = defineControl({
  control_id: "devices-without-sensor",
  title: "Devices without a sensor seen in 30 days",
  question: "Has the endpoint sensor of every managed device been seen in the last 30 days?",
  violations: `devices whose sensor has not been seen for ${DAYS} days`,
  requirements: {
    soc2: ["CC6.8", "CC7.2"],
    iso27001: ["A.8.7", "A.8.16"],
    pci_dss: ["5.2.1"],
    cis: ["10.1"],
  },
  severity: "medium",
  reads: { devices },
  judge: ({ devices }, now) =>
    devices
      .filter(({ last_seen_time }) => daysSince(last_seen_time, now) >= DAYS)
      .toSorted((a, b) => (a.last_seen_time < b.last_seen_time ? -1 : 1))
      .map(({ device_id, hostname, criticality, last_seen_time }) => ({
        resource: { type: "device", uid: device_id, name: hostname },
        facts: { device_id, hostname, criticality, last_seen_time },
      })),
});
