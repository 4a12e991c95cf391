import * as z from "zod";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";
import { defineChange } from "../../toolkit/tool.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { concludePage } from "./creation-answer.ts";
import { pagerdutyCredentials } from "./credentials.ts";
import { OPERATIONS, pagerduty } from "./errors.ts";
import { IncidentId, IncidentPage, type IncidentRecord, URGENCIES } from "./schemas.ts";
import { settleMs } from "./settings.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

/** What the page came to. A service can be set to one urgency, whatever is asked for; `null` for one of its own. */
const Page = z.strictObject({
  incident_id: IncidentId,
  title: reportedText(),
  urgency: z.enum(URGENCIES).nullable(),
  status: reportedText(64),
});

export const pageOnCall = defineChange({
  name: "page_on_call",
  title: "Page the person on call",
  description:
    "Pages the person on call for security, by opening an incident. High urgency wakes people. The same finding or title within a day pages once.",
  // A repeat within the window pages nobody; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  scope: "pages:write",
  credential: pagerdutyCredentials.page,
  read_credential: pagerdutyCredentials.read,
  effect: {
    class: "deterministic-create",
    repeat: "adds",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({
    title: Title.describe("One line, which is read out to them"),
    urgency: z.enum(URGENCIES).describe("high wakes people"),
  }),
  output: Page,
  target: null,
  creates: { title: ({ title }) => title, answers_while: ["triggered", "acknowledged"], rather_twice: true },
  sets: () => ({}),
  async inspect({ title }, upstream, _env, operation_id) {
    const found = await findIncident(upstream, operation_id);
    const seen = { exists: true, attributes: {} } as const;
    if (found === null) return { ...seen, in_effect: false, data: null };
    return { ...seen, in_effect: true, state: found.status, data: pageOf(found, title) };
  },
  request: ({ title, urgency }, operation_id, env) => ({
    operation: OPERATIONS.create,
    method: "POST",
    path: "/incidents",
    json: {
      incident: {
        type: "incident",
        title,
        service: { id: env.PAGERDUTY_SERVICE_ID, type: "service_reference" },
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
  const operation = OPERATIONS.list;
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

function pageOf({ id, urgency, status }: IncidentRecord, title: string): z.output<typeof Page> {
  return { incident_id: id, title, urgency, status: nonBlank(status) ?? "unknown" };
}
