/** Declares the tool that sets the status of one alert in the SIEM. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { ALERT_STATUSES, AlertId, AnyAlertStatus } from "./alert.ts";

const WINDOW_MS = 60 * 60 * 1000;

export const updateAlert = changeSpec({
  name: "update_alert",
  title: "Update an alert",
  description: "Sets an alert's status in the SIEM. Setting it back undoes it. Next: search_alerts.",
  // Overwrites what somebody else may have set.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  capability: "alerts",
  scope: "alerts:write",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: null,
  input: z.strictObject({
    alert_id: AlertId.describe("From search_alerts"),
    status: z.enum(ALERT_STATUSES).describe("What to set it to"),
  }),
  output: z.strictObject({ alert_id: AlertId, title: reportedText().nullable(), status: AnyAlertStatus }),
  target: ({ alert_id }) => ({ kind: "alert", id: alert_id }),
  sets: ({ status }) => ({ status }),
});
