import * as z from "zod";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { defineChange } from "../../toolkit/tool.ts";
import { alertRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { elasticCredentials } from "./credentials.ts";
import { OPERATIONS } from "./errors.ts";
import { AnyStatus, alertOf } from "./normalise.ts";
import { AlertId, STATUSES } from "./schemas.ts";
import { settleMs } from "./settings.ts";
import { concludeUpdate } from "./update-answer.ts";

const WINDOW_MS = 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

export const updateAlert = defineChange({
  name: "update_alert",
  title: "Update an alert",
  description: "Sets an alert's status in the SIEM. Setting it back undoes it. Next: search_alerts.",
  // Overwrites what somebody else may have set.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  scope: "alerts:write",
  credential: elasticCredentials.alerts,
  read_credential: elasticCredentials.read,
  effect: {
    class: "probe",
    repeat: "same",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({
    alert_id: AlertId.describe("From search_alerts"),
    status: z.enum(STATUSES).describe("What to set it to"),
  }),
  output: z.strictObject({ alert_id: AlertId, title: reportedText().nullable(), status: AnyStatus }),
  target: ({ alert_id }) => ({ kind: "alert", id: alert_id }),
  sets: ({ status }) => ({ status }),
  async inspect({ alert_id, status }, upstream) {
    const { hits } = await findAlerts(upstream, alertRequest(alert_id), 1);
    const hit = hits.find(({ _id }) => _id === alert_id);
    if (hit === undefined) return { exists: false };
    const { title, status: now } = alertOf(hit);
    const seen = { exists: true, attributes: {}, data: { alert_id, title, status: now } } as const;
    if (now === "unknown") return { ...seen, in_effect: false, unsure: true };
    return { ...seen, in_effect: now === status };
  },
  request: ({ alert_id, status }) => ({
    operation: OPERATIONS.setAlertsStatus,
    method: "POST",
    path: "/api/detection_engine/signals/status",
    json: { signal_ids: [alert_id], status },
  }),
  conclude: (answer, { input: { alert_id, status }, before }) =>
    concludeUpdate(answer, { alert_id, title: before?.title ?? null, status }),
});
