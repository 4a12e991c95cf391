/** How PagerDuty pages the person on call. */
import { type OnCallPage, pageOnCall } from "../../capabilities/pages/page-on-call.ts";
import { serve } from "../../toolkit/connector.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { concludePage } from "./creation-answer.ts";
import { pagerdutyCredentials } from "./credentials.ts";
import { PAGERDUTY_OPERATIONS, pagerduty } from "./errors.ts";
import { IncidentPage, type IncidentRecord } from "./schemas.ts";

const DEADLINE_MS = 10_000;

export const pagerdutyPages = serve(pageOnCall, {
  credential: pagerdutyCredentials.page,
  read_credential: pagerdutyCredentials.read,
  class: "deterministic-create",
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ PAGERDUTY_SETTLE_MS }) => PAGERDUTY_SETTLE_MS,
  answers_while: ["triggered", "acknowledged"],
  async inspect({ title }, { upstream, operation_id }) {
    const found = await findIncident(upstream, operation_id);
    const seen = { exists: true, attributes: {} } as const;
    if (found === null) return { ...seen, in_effect: false, data: null };
    return { ...seen, in_effect: true, state: found.status, data: pageOf(found, title) };
  },
  request: ({ title, urgency }, { operation_id, settings }) => ({
    operation: PAGERDUTY_OPERATIONS.create,
    method: "POST",
    path: "/incidents",
    json: {
      incident: {
        type: "incident",
        title,
        service: { id: settings.PAGERDUTY_SERVICE_ID, type: "service_reference" },
        urgency,
        incident_key: operation_id,
      },
    },
  }),
  conclude: (answer, { input: { title }, operation_id }) =>
    concludePage(answer, operation_id, (incident) => pageOf(incident, title)),
});

/**
 * The incident that an operation opened, resolved or not, however long ago; `null` if there is none. The
 * vendor's own deduplication ends with the incident, so whoever only looked at open ones would page again for
 * what somebody has just resolved.
 */
async function findIncident(upstream: Upstream, operation_id: string): Promise<IncidentRecord | null> {
  const operation = PAGERDUTY_OPERATIONS.list;
  const {
    incidents: { records },
  } = await upstream.read(
    {
      operation,
      method: "GET",
      path: "/incidents",
      query: {
        incident_key: operation_id,
        "statuses[]": ["triggered", "acknowledged", "resolved"],
        date_range: "all",
        sort_by: "created_at:asc",
        limit: "1",
      },
    },
    IncidentPage,
  );
  // Somebody else's incident must not pass for ours, should the key ever be ignored.
  if (records.some(({ incident_key }) => incident_key !== operation_id)) {
    throw contractChanged(pagerduty, operation, "incidents.0.incident_key");
  }
  return records[0] ?? null;
}

function pageOf({ id, urgency, status }: IncidentRecord, title: string): OnCallPage {
  return { incident_id: id, title, urgency, status: nonBlank(status) ?? "unknown" };
}
