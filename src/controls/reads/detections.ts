import { unassignedDetections } from "../../connectors/crowdstrike/detections.ts";
import type { Detection } from "../../connectors/crowdstrike/normalise-detection.ts";
import type { Severity } from "../../connectors/severity.ts";
import type { Read } from "../control.ts";

/** Open detections of any of `severities` that were written down longer than `age_ms` ago and that nobody is assigned to. */
export function unassigned(severities: readonly Severity[], age_ms: number): Read<Detection> {
  return {
    what: `open, unassigned detections of severity ${severities.join(" or ")}`,
    credential: "crowdstrike.alerts_read",
    population: false,
    async run(upstream, { now }) {
      const { detections, error, more } = await unassignedDetections(upstream, severities, now - age_ms);
      return { items: detections, error, more };
    },
  };
}
