/** Every control there is. Adding one is adding its file and its name here. */
import type { Control } from "./control.ts";
import { criticalVulnerabilitiesOverdue } from "./critical-vulnerabilities-overdue.ts";
import { detectionsUnassigned } from "./detections-unassigned.ts";
import { devicesWithoutSensor } from "./devices-without-sensor.ts";
import { knownExploitedVulnerabilities } from "./known-exploited-vulnerabilities.ts";
import { usersInactive } from "./users-inactive.ts";
import { usersWithoutMfa } from "./users-without-mfa.ts";

/** All controls, in the order in which they are listed. */
export const CONTROLS: readonly Control[] = [
  criticalVulnerabilitiesOverdue,
  knownExploitedVulnerabilities,
  devicesWithoutSensor,
  usersWithoutMfa,
  usersInactive,
  detectionsUnassigned,
];

/** The control with that id, or `null`. */
export function controlCalled(control_id: string): Control | null {
  return CONTROLS.find((control) => control.control_id === control_id) ?? null;
}
