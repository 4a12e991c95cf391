/** Fails where an open detection of high or critical severity has nobody assigned after 24 hours. */
import { defineControl } from "./control.ts";
import { unassignedForADay } from "./reads/detections.ts";

export const detectionsUnassigned = defineControl({
  control_id: "detections-unassigned",
  title: "High detections unassigned past their deadline",
  question: "Is every open detection of high or critical severity assigned to somebody within 24 hours?",
  violations: "open detections of high or critical severity that nobody was assigned to within 24 hours",
  requirements: {
    soc2: ["CC7.3", "CC7.4"],
    iso27001: ["A.5.25", "A.5.26"],
    pci_dss: ["12.10.5"],
  },
  severity: "high",
  reads: { detections: unassignedForADay },
  // What the deadline has passed for, and who is assigned, was decided by the read.
  judge: ({ detections }) =>
    detections
      .toSorted((a, b) => (a.created_time < b.created_time ? -1 : 1))
      .map(({ detection_id, title, severity, created_time, device }) => ({
        resource: { type: "detection", uid: detection_id, name: title },
        facts: {
          detection_id,
          title,
          severity,
          created_time,
          device_id: device?.device_id ?? null,
          hostname: device?.hostname ?? null,
        },
      })),
});
