/** How Elastic Security changes an alert. */
import { updateAlert } from "../../capabilities/alerts/update-alert.ts";
import { serve } from "../../toolkit/connector.ts";
import { alertRequest } from "./alert-query.ts";
import { findAlerts } from "./alerts.ts";
import { elasticCredentials } from "./credentials.ts";
import { ELASTIC_OPERATIONS } from "./errors.ts";
import { alertOf } from "./normalise.ts";
import { concludeAlertUpdate } from "./update-answer.ts";

const DEADLINE_MS = 10_000;

export const elasticUpdatesAlert = serve(updateAlert, {
  credential: elasticCredentials.alerts,
  read_credential: elasticCredentials.read,
  class: "probe",
  repeat: "same",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ ELASTIC_SETTLE_MS }) => ELASTIC_SETTLE_MS,
  async inspect({ alert_id, status }, { upstream }) {
    const { hits } = await findAlerts(upstream, alertRequest(alert_id), 1);
    const hit = hits.find(({ _id }) => _id === alert_id);
    if (hit === undefined) return { exists: false };
    const { title, status: now } = alertOf(hit);
    const seen = { exists: true, attributes: {}, data: { alert_id, title, status: now } } as const;
    if (now === "unknown") return { ...seen, in_effect: false, unsure: true };
    return { ...seen, in_effect: now === status };
  },
  request: ({ alert_id, status }) => ({
    operation: ELASTIC_OPERATIONS.setAlertsStatus,
    method: "POST",
    path: "/api/detection_engine/signals/status",
    json: { signal_ids: [alert_id], status },
  }),
  conclude: (answer, { input: { alert_id, status }, before }) =>
    concludeAlertUpdate(answer, { alert_id, title: before?.title ?? null, status }),
});
